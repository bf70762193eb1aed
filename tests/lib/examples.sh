#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An example is a guest test that lies in examples/.
# shellcheck source=tests/lib/guest.sh
. tests/lib/guest.sh
