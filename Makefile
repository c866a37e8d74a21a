# The commands of the project; `make` alone lists them. Each builds only what it needs, and can be
# run again at once.
JOBS ?= $(shell nproc)
export JOBS
PROGRAM = build/release/weir
.DEFAULT_GOAL := help
.PHONY: help build run library install-library test threads bench fuzz format lint clean

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## builds the program: build/release/weir
	@scripts/install build
	@[ -f build/release/build.ninja ] || cmake --preset release -DWEIR_TESTS=OFF
	@cmake --build build/release -j $(JOBS) --target weir

run: build ## builds and starts it on its defaults: DNS on 127.0.0.1:8853, HTTP on 127.0.0.1:8053
	@exec $(PROGRAM) run

library: ## builds the library that emits dnstap, for other programs: docs/guide/dnstap-library.md
	@scripts/install build
	@[ -f build/release/build.ninja ] || cmake --preset release -DWEIR_TESTS=OFF
	@cmake --build build/release -j $(JOBS) --target weir_dnstap weir_dnstap_static

install-library: library ## installs it: make install-library PREFIX=/usr/local
	@cmake --install build/release --component dnstap --prefix $(or $(PREFIX),/usr/local)

test: ## the test of the house, unit tests under ASan and UBSan, and tests against real DNS servers
	@scripts/install test
	@rm -rf build/results
	@status=0; scripts/suite release tidy integration || status=1; \
	scripts/suite asan unit || status=1; \
	scripts/summarize build/results || status=1; exit $$status

threads: ## the unit tests of rooms that share something between threads, under TSan
	@scripts/install test
	@scripts/suite tsan threaded

bench: build library ## measures weir beside its peers, in one run: make bench FIGURES="A1 B2"
	@scripts/install bench
	@bench/run $(FIGURES)

fuzz: ## feeds every parser with nonsense: make fuzz SECONDS=600
	@scripts/install test
	@scripts/fuzz $(or $(SECONDS),60)

format: ## lays out the C++ files as .clang-format says
	@scripts/sources | xargs clang-format-19 -i

lint: ## the test of the house, the layout, and clang-tidy
	@/usr/bin/python3 tests/tidy/tidy.py
	@scripts/format-check
	@scripts/lint

clean: ## removes all that was built
	@rm -rf build
