# Sourced by setup.sh and run with $folder set: how Wine is called, in one place.
export WINEPREFIX=$folder/prefix
export WINEARCH=win64
export WINEDEBUG=${WINEDEBUG:--all}
# No Mono and no Gecko (they ask with a window); our own bcryptprimitives.dll where Wine has none.
export WINEDLLOVERRIDES="mscoree=d;mshtml=d;bcryptprimitives=n,b"
# Wine translates file names by the locale: anything but UTF-8 would lose what is not ASCII.
export LC_ALL=C.UTF-8

# Runs a program of that Windows. Python for Windows stops at once where an output is a plain file (Wine 8: "Invalid
# handle"), so both go through a pipe; and at a standard input that nothing will ever write to, so there is none.
# 9 is the callers' lock: Wine's server outlives the program and would keep it. So do the hosts of consoles now and then,
# and they keep the pipe: its reader ends at a line that comes behind the program's last, not with the last writer.
in_windows() {
  local out reader code=0
  exec {out}> >(exec sed -u -e '/^\x04$/Q' -e 's/\r//g' -e '/^wine: Read access denied for device/d' -e 's/wine: Read access denied for device.*//' 9>&-)
  reader=$!
  wine "$@" </dev/null >&"$out" 2>&1 9>&- {out}>&- || code=$?
  printf '\n\004\n' >&"$out"
  exec {out}>&-
  wait "$reader" || true
  return "$code"
}
