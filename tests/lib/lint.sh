#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One check of build-tools/lint.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
export root=$PWD
test_case "lint/$1" 880 bash -c "cd '$root' && exec build-tools/lint $1"
