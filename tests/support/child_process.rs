//! A test that runs itself again in a process of its own.

use std::process::{Command, Output};

/// Runs only the test of this name, with its output shown. The caller sets a variable by
/// which the test knows that it is the child.
pub(crate) fn this_test(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--nocapture"]);
    command
}

/// Fails with what the child said. A child that found no test to run has failed too.
pub(crate) fn assert_passed(output: &Output) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let text = String::from_utf8_lossy(&text);
    let is_passed = output.status.success() && text.contains("1 passed");
    assert!(is_passed, "in the child: {text}");
}
