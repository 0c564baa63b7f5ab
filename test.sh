#!/usr/bin/env bash
# Runs every test. Installs what they need where it is missing and may be installed; without it the tests concerned skip and say so.
# Arguments go to `dotnet test`, for example: ./test.sh --filter-class '*Gateway*'
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v dotnet > /dev/null; then
  echo "test.sh: the .NET 10 SDK is needed: https://dot.net" >&2
  exit 1
fi

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  command -v apt-get > /dev/null && { [ "$(id -u)" = 0 ] || { command -v sudo > /dev/null && sudo -n true 2> /dev/null; }; }
}

# install PACKAGE WHAT-FOR
install() {
  if ! may_install; then
    echo "test.sh: $1 is missing and cannot be installed from here (no apt-get, or no right to use it); $2 will be skipped." >&2
    return
  fi
  echo "test.sh: installing $1, for $2"
  local policy=/usr/sbin/policy-rc.d made=0
  # The tests start it themselves, on ports of their own: the package need not start a service.
  if ! as_root test -e "$policy"; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
    as_root chmod +x "$policy"
    made=1
  fi
  { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" > /dev/null; } \
    || echo "test.sh: $1 could not be installed; $2 will be skipped." >&2
  if [ "$made" = 1 ]; then as_root rm -f "$policy"; fi
}

docker_runs() { command -v docker > /dev/null && docker info > /dev/null 2>&1; }

if [ ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ] && [ -z "${AIGC_TEST_RABBITMQ:-}" ] && ! docker_runs; then
  install rabbitmq-server "the tests over a real broker"
fi
if ! command -v chromium > /dev/null && ! command -v chromium-browser > /dev/null && ! command -v google-chrome > /dev/null; then
  install chromium "the tests in a real browser"
fi

exec dotnet test --solution Aigc.sln "$@"
