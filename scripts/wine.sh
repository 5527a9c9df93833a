#!/usr/bin/env bash
# Sets Wine 10 up for the Windows tests on a Debian 12 or 13 machine, as root.
#
# Debian 12's own Wine is too old for Deno, so Debian 13's goes into a folder of
# its own (a chroot), made from the mirror this machine takes its packages from.
# Takes about 80 seconds once, and next to nothing when all is there. It may be
# killed at any point and run again.
#
#   scripts/wine.sh        sets up and prints the folder
#   FOLDER/run COMMAND…    runs a command in there, in the prefix $WINEPREFIX
#   FOLDER/root            is / in there, FOLDER/root/w is for the tests' files
#   /template              is, in there, a prefix to be copied for each test
set -euo pipefail

folder=${MEDIAPARSER_WINE:-${XDG_CACHE_HOME:-$HOME/.cache}/mediaparser-wine-2}
root=$folder/root
template=/template

# Wine's ucrtbase.dll lacks the complex functions NumPy needs. Microsoft's own is
# in this artifact; both files are known by their sha256.
artifact=org.bytedeco:javacpp:1.5.12:jar:windows-x86_64
jar_name=javacpp-1.5.12-windows-x86_64.jar
jar_sha256=282ac3f7a9296fa1184af490a1e56386e511775d41a675967d33746afc72103d
dll_in_jar=org/bytedeco/javacpp/windows-x86_64/ucrtbase.dll
dll_sha256=6296684d18bb61eeb1ded70c1eaecf5eee6deb52cbe277d6699ea4257802a134

fail() {
  printf 'wine.sh: %s\n' "$1" >&2
  exit 1
}

# Mounts are made in a mount namespace of the command's own: they end with it,
# so nothing has to be mounted again after a reboot, or unmounted, or can leak
# into a `rm -r`.
write_run() {
  cat >"$folder/run.part" <<RUN
#!/usr/bin/env bash
# Runs a command beside Wine. Written by scripts/wine.sh.
set -euo pipefail
: "\${WINEPREFIX:=$template}"
exec unshare --mount --propagation private -- bash -c '
  root=\$1; shift
  mount -t proc proc "\$root/proc"
  mount --rbind /dev "\$root/dev"
  exec chroot "\$root" "\$@"' run $(printf %q "$root") \\
  /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
  TERM="\${TERM:-xterm}" LANG=C.UTF-8 XDG_RUNTIME_DIR=/tmp \\
  WINEARCH=win64 WINEPREFIX="\$WINEPREFIX" WINEDEBUG="\${WINEDEBUG:--all}" \\
  WINEDLLOVERRIDES="\${WINEDLLOVERRIDES-ucrtbase=n;winedbg.exe=d;mscoree,mshtml=d}" \\
  "\$@"
RUN
  chmod +x "$folder/run.part"
  mv "$folder/run.part" "$folder/run"
}

check_sha256() { # FILE SHA256
  printf '%s  %s\n' "$2" "$1" | sha256sum --check --status ||
    fail "'$1' is not the file that is expected: its sha256 differs. Delete it and run this again."
}

# Never past a mount: a set-up of older days may have left some.
remove() { rm --recursive --force --one-file-system -- "$@"; }

install_packages() {
  local missing=() package
  for package in debootstrap debian-archive-keyring unzip tmux; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null |
      grep -q 'ok installed' || missing+=("$package")
  done
  command -v mvn >/dev/null || missing+=(maven)
  [ "${#missing[@]}" -eq 0 ] && return
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The mirror this machine takes its own packages from, however it is written down.
find_mirror() {
  local sites
  sites=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' \
    'Component: main' 'Origin: Debian')
  grep --invert-match --max-count=1 -- '-security' <<<"$sites" ||
    fail "this machine's package sources name no Debian mirror"
}

install_debian() {
  [ -e "$root" ] && return
  remove "$folder/root.part"
  # debootstrap checks every package against the archive's signature.
  unshare --mount --propagation private -- debootstrap --variant=minbase \
    --force-check-gpg --include=ca-certificates,wine64,wine \
    trixie "$folder/root.part" "$(find_mirror)" >"$folder/debootstrap.log" 2>&1 ||
    fail "Debian 13 could not be installed: see $folder/debootstrap.log"
  mkdir -p "$folder/root.part/w"
  rm -f "$folder"/root.part/var/cache/apt/archives/*.deb
  mv "$folder/root.part" "$root"
}

fetch_ucrtbase() {
  local download=$folder/download
  mkdir -p "$download"
  if [ ! -e "$download/ucrtbase.dll" ]; then
    mvn --quiet --batch-mode dependency:copy -Dartifact="$artifact" \
      -DoutputDirectory="$download" >/dev/null ||
      fail "Maven could not fetch $artifact"
    check_sha256 "$download/$jar_name" "$jar_sha256"
    unzip -p "$download/$jar_name" "$dll_in_jar" >"$download/ucrtbase.dll.part"
    mv "$download/ucrtbase.dll.part" "$download/ucrtbase.dll"
  fi
  check_sha256 "$download/ucrtbase.dll" "$dll_sha256"
}

make_template() {
  [ -e "$root$template" ] && return
  # A wineserver of an attempt that was killed would still work in the folder.
  WINEPREFIX=$template.part "$folder/run" wineserver -k 2>/dev/null || true
  remove "$root$template.part"
  # Wine's own ucrtbase.dll until Microsoft's is there.
  WINEPREFIX=$template.part WINEDLLOVERRIDES='winedbg.exe=d;mscoree,mshtml=d' \
    "$folder/run" wineboot --init >"$folder/wineboot.log" 2>&1 ||
    fail "Wine could not make its prefix: see $folder/wineboot.log"
  WINEPREFIX=$template.part "$folder/run" wineserver -w
  cp "$folder/download/ucrtbase.dll" \
    "$root$template.part/drive_c/windows/system32/ucrtbase.dll"
  mv "$root$template.part" "$root$template"
}

[ "$(id -u)" -eq 0 ] || fail 'run this as root: it installs Debian packages and makes a chroot'
[ -e /etc/debian_version ] || fail 'this set-up is for Debian; elsewhere there are no Wine tests'

mkdir -p "$folder"
# Two set-ups at once: the second waits, and then finds everything done.
exec 9>"$folder/lock"
flock 9

set_up() {
  install_packages
  install_debian
  write_run
  fetch_ucrtbase
  make_template
  local version
  version=$("$folder/run" wine --version)
  case $version in
    wine-1[0-9].* | wine-[2-9][0-9].*) ;;
    *) fail "Wine 10 or newer is needed, and this is $version" ;;
  esac
  printf '%s\n' "$mark" >"$folder/ready.part"
  mv "$folder/ready.part" "$folder/ready"
}

# A changed script looks at every step again. What a step has made is kept, so a
# change of what it makes also needs a new number in the folder's name above.
mark=$(sha256sum "${BASH_SOURCE[0]}" | cut -d ' ' -f 1)
if [ "$(cat "$folder/ready" 2>/dev/null)" != "$mark" ]; then
  # Without the lock's descriptor, or a wineserver would go on holding it.
  set_up 9>&-
fi
printf '%s\n' "$folder"
