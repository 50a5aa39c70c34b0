//! Draws the state and reports what the person did.
