# make demo and make test need nothing but Swift 6.2 or later: each installs the Debian packages that it misses.
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system

BUILD_PACKAGES = git libgit2-dev libsqlite3-dev libyaml-dev pkg-config
TEST_PACKAGES = atftp curl dnsmasq-base fcgiwrap git gpg gpg-agent gpgconf iproute2 nginx-light nodejs openssh-client \
    openssh-server openssl prometheus python3 python3-jsonschema strace tftp-hpa util-linux
FIRMWARE_PACKAGES = atftp binutils busybox-static curl dnsmasq-base git iproute2 ipxe isc-dhcp-server make ovmf \
    python3 qemu-system-x86 tftp-hpa util-linux
BENCH_PACKAGES = git iproute2 kea-admin kea-dhcp4-server python3

BINARY = $(shell swift build --show-bin-path)/bootlatch
RELEASE = .build/release/bootlatch

.PHONY: help deps build demo test torture fuzz firmware-test bench lint release install clean

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

deps: ## the build's Debian packages; does nothing when they are there
	@scripts/packages $(BUILD_PACKAGES)

build: deps
	swift build --product bootlatch

demo: build ## the whole loop on loopback: no root, no hardware
	@$(BINARY) demo

test: deps ## the tests; shares its build with the demo
	@scripts/packages $(TEST_PACKAGES)
	swift build --build-tests
	scripts/test

torture: deps ## SEQUENCES=10000 random sequences of pushes, boots and reports, from SEED=0 on, against a second reading of the rules; every DAEMON=20th asks a real daemon
	swift build --product torture
	swift build --product bootlatch
	@$(dir $(BINARY))torture $(or $(SEQUENCES),10000) $(or $(SEED),0)

fuzz: deps ## random YAML through parse and edit by libFuzzer, SECONDS=60 each; skips itself where the compiler brings none, and fails with BOOTLATCH_STRICT
	@scripts/fuzz-yaml $(or $(SECONDS),60) || { test $$? = 3 && test -z "$$BOOTLATCH_STRICT"; }

firmware-test: build ## real firmware in QEMU, real ISC dhcpd (needs root or user namespaces)
	@Tests/Rig/enter firmware-test --check || exit 0; \
	scripts/packages $(FIRMWARE_PACKAGES) || { test $$? = 3 && echo "0 passed, 0 failed, 1 skipped"; exit; }; \
	BOOTLATCH=$(BINARY) Tests/Firmware/run

bench: release ## how fast, and how large, with HOSTS=1000,10000,100000 hosts; parsing beside libyaml, DHCP beside Kea
	swift build -c release --product parse-benchmark
	@scripts/packages $(BENCH_PACKAGES)
	@BOOTLATCH=$(RELEASE) Tests/Rig/enter bench Tests/Benchmarks/main.py $(if $(HOSTS),--hosts $(HOSTS))

lint: ## format, borders between modules, forbidden text
	swift format lint --strict --parallel --recursive --configuration .swift-format Package.swift Sources Tests
	scripts/lint-imports
	scripts/lint-text
	scripts/switch-off-rules --places

release: deps ## an optimised build
	swift build -c release --product bootlatch

install: ## program, systemd unit and configuration; DESTDIR and PREFIX as usual
	@test -x $(RELEASE) || { echo "make install: run 'make release' first" >&2; exit 1; }
	install -D -m 755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/bootlatch
	install -d $(DESTDIR)$(UNITDIR)
	sed 's|/usr/local|$(PREFIX)|' examples/systemd/bootlatch.service >$(DESTDIR)$(UNITDIR)/bootlatch.service
	chmod 644 $(DESTDIR)$(UNITDIR)/bootlatch.service
	test -e $(DESTDIR)$(SYSCONFDIR)/bootlatch/bootlatch.yaml || \
	    install -D -m 644 examples/systemd/bootlatch.yaml $(DESTDIR)$(SYSCONFDIR)/bootlatch/bootlatch.yaml

clean:
	rm -rf .build
