# Each target is one script; read it to see what happens.
.PHONY: demo test bench dist

demo: ; @.ci/demo
test: ; @.ci/test
bench: ; @.ci/bench
dist: ; @.ci/dist
