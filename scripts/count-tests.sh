#!/usr/bin/env bash
# scripts/count-tests.sh LOG [FAILED_PARTS]: adds up what cargo test, unittest, vitest and node's runner said, as one
# line. A part that failed though no test did (it did not build, say) counts as a failure.
exec awk -v parts="${2:-0}" '
  { gsub(/\033\[[0-9;]*m/, "") }
  # cargo: test result: ok. 12 passed; 0 failed; 1 ignored; ...
  /^test result: / { passed += $4; failed += $6; skipped += $8 }
  # unittest: Ran 18 tests in 0.2s, then OK or FAILED (failures=1, errors=2), with (skipped=1) in both
  /^Ran [0-9]+ tests? in / { ran = $2 }
  /^(OK|FAILED)( \(.*\))?$/ && ran != "" {
    bad = count("failures=") + count("errors="); left = count("skipped=")
    passed += ran - bad - left; failed += bad; skipped += left; ran = ""
  }
  # vitest:      Tests  1 failed | 12 passed | 2 skipped (15)
  /^ *Tests  [0-9]/ { passed += before("passed"); failed += before("failed"); skipped += before("skipped") }
  # node --test: "# pass 5" or "ℹ pass 5"
  /^(#|ℹ) pass [0-9]+$/ { passed += $3 }
  /^(#|ℹ) fail [0-9]+$/ { failed += $3 }
  /^(#|ℹ) skipped [0-9]+$/ { skipped += $3 }
  function count(key) {
    return match($0, key "[0-9]+") ? substr($0, RSTART + length(key), RLENGTH - length(key)) + 0 : 0
  }
  function before(word) { return match($0, "[0-9]+ " word) ? substr($0, RSTART, RLENGTH) + 0 : 0 }
  END {
    if (failed < parts) failed = parts
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
  }
' "$1"
