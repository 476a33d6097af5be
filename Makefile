# The two commands are `make run` and `make test`; both make what they need and name what is missing.
PY := .venv/bin/python
export OMP_NUM_THREADS ?= 1
export KIVY_NO_ARGS := 1
# What one worker compiled, the next run and every program that a test starts need not compile again.
unexport PYTHONDONTWRITEBYTECODE
QUICK := tests/config tests/cutting tests/key tests/papers tests/policy tests/records tests/session tests/staff

.PHONY: run test quick check lint types suite bench soak rooms pictures lock deb install uninstall clean

run:            ## from a fresh clone to the touchscreen with the simulated machine behind it
	@.ci/prepare run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then .venv/bin/kiosk run --simulated; \
	else echo "no display: a scripted shopper plays the session, pictures go to out/run"; \
	rm -rf out/run out/run-data && mkdir -p out && \
	KIOSK_DATA=out/run-data SDL_VIDEODRIVER=offscreen SDL_AUDIODRIVER=dummy .venv/bin/kiosk run --simulated --pictures out/run \
	&& ls out/run; fi

# Types are looked at beside the tests: what else is wrong is said before either begins.
test:           ## everything CI runs, and where its time goes
	@.ci/prepare test
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory -j 2 types suite

# Three workers on two cores: one of them mostly waits for a window, a port or a server.
suite:
	$(PY) -m pytest -n 3 --dist worksteal

quick:          ## lint, types and the rooms without windows, servers or pictures
	@.ci/prepare test
	@$(MAKE) --no-print-directory check
	$(PY) -m pytest -n 2 --dist worksteal $(QUICK)

check: lint types  ## lint, types, import contracts, configuration

types:
	$(PY) -m mypy

lint:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/kiosk check-config > /dev/null

bench:          ## figures: accuracy, speed, wire; plots go to out/bench
	@.ci/prepare bench
	$(PY) -m tests.bench

soak:           ## long proofs: thousands of sessions, faults, fuzzing
	@.ci/prepare test
	$(PY) -m tests.bench --soak

rooms:          ## draw rooms and states in docs/architecture.md as they are
	$(PY) docs/rooms.py --update docs/architecture.md
	$(PY) -m kiosk.session.diagram --update docs/architecture.md

pictures:       ## every screen in every language, size and theme, and the README's pictures
	@.ci/prepare run
	SDL_VIDEODRIVER=offscreen $(PY) -m ui.gallery --out out/screens --size portrait
	SDL_VIDEODRIVER=offscreen $(PY) -m ui.gallery --out out/screens --size landscape --sheet docs/screens.png

COMPILE := uv pip compile --quiet pyproject.toml --generate-hashes --no-emit-index-url --no-header --python-version 3.11
EXTRAS := fleet reports receipts

lock:           ## renew requirements.lock and what of it each kind of installation takes (needs uv)
	$(COMPILE) $(addprefix --extra ,$(EXTRAS)) --group dev --output-file requirements.lock
	$(COMPILE) --group install --constraint requirements.lock --output-file deploy/kiosk.lock
	for extra in $(EXTRAS); do $(COMPILE) --extra $$extra --group install --constraint requirements.lock \
		--output-file deploy/$$extra.lock; done

deb:            ## the Debian package of this commit and its bill of materials, in out/deb
	deploy/deb/build

install:        ## install on this Debian machine (as root)
	deploy/install.sh

uninstall:      ## remove the program; data stays
	deploy/uninstall.sh

clean:
	rm -rf .venv out build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
