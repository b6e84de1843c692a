# Everything that is done with this repository. `make help` lists it.

SWIFT ?= swift
PYTHON ?= python3
# For `make fuzz`: how long each parser is fed.
SECONDS ?= 60
# Arguments for pytest, such as ARGS="-k faults".
ARGS ?=

export WARNINGS_AS_ERRORS = 1

build := .build
environment := $(build)/python
sources := Package.swift Sources Tests Fuzz

.DEFAULT_GOAL := help
.PHONY: help agent agent-http all demo test test-short test-integration test-python coverage coverage-html \
	lint format bench stress docs fuzz clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

agent: ## build bin/k8s-mcp-agent (static, stripped; bin/agent links to it) and the NVML simulator beside it
	@Scripts/build-agent

agent-http: agent ## build bin/k8s-mcp-agent-http as well, which `serve --http` needs (larger; takes minutes)
	@Scripts/build-agent http

all: lint test agent ## check, test and build

demo: agent ## show a simulated 8-GPU node through a real MCP session
	@$(PYTHON) examples/demo.py bin/agent --simulate h100x8

test: agent $(environment)/ready ## run all tests (sets up a Python environment below .build)
	@Scripts/test $(ARGS)

test-short: ## run the Swift tests only
	$(SWIFT) test --traits HTTP

test-python: agent $(environment)/ready ## run the tests of the built agent only; ARGS="-k name" for some of them
	@Scripts/test-python $(ARGS)

test-integration: ## compare the agent with the driver of this machine's GPU (needs one)
	@Scripts/test-integration $(ARGS)

docs: agent ## write docs/tools.md from the tools themselves
	bin/k8s-mcp-agent tools --markdown > docs/tools.md

coverage: ## print which lines the Swift tests reach
	@Scripts/coverage

coverage-html: ## write coverage/index.html
	@Scripts/coverage html

lint: ## check formatting and the house rules
	$(SWIFT) format lint --strict --recursive $(sources)
	@$(PYTHON) Scripts/check-house-rules.py

format: ## format the Swift code in place
	$(SWIFT) format --in-place --recursive $(sources)

bench: agent-http ## measure the agent beside its floors in C, over pipes and HTTP; takes about ten minutes
	@Benchmarks/run

stress: agent-http ## serve crowds over HTTP: 100,000 requests, 1,000 sessions, 200 open streams
	@Benchmarks/stress

fuzz: ## feed the parsers of outside input with made-up input for SECONDS=60 each
	@Scripts/fuzz $(SECONDS)

clean: ## remove everything that was built
	rm -rf $(build) bin coverage

include deploy/image.mk

$(environment)/ready: Tests/Python/requirements.txt Tests/Python/requirements-mcp1.txt \
		Tests/Python/requirements-mcp-probes.txt Scripts/make-python-environment
	@Scripts/make-python-environment $(environment)
