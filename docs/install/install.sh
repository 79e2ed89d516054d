#!/bin/sh
# Puts kandy-harness into a folder: that of a release for this system, if it is as the checksums of the release say.
#
# install.sh RELEASE FOLDER
#   RELEASE  where the files of a release are: an address (https://..), or a folder such as target/dist, which .ci/dist makes
#   FOLDER   where the command goes
set -eu

fail() {
    echo "install.sh: $1" >&2
    exit "${2:-1}"
}

[ $# = 2 ] || fail "it takes two arguments, a release and a folder, and has $#" 2
release=${1%/} folder=$2

program=kandy-harness
case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    MINGW* | MSYS* | CYGWIN*) system=win32 program=kandy-harness.exe ;;
    *) fail "there is no release for $(uname -s): build it with Rust, as docs/install.md says" ;;
esac
case $(uname -m) in
    x86_64 | amd64) system=$system-x64 ;;
    aarch64 | arm64) system=$system-arm64 ;;
    *) fail "there is no release for $(uname -m): build it with Rust, as docs/install.md says" ;;
esac
archive=kandy-harness-$system.tar.gz

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# take FILE: from the release to the work folder.
take() {
    case $release in
        https://* | http://*)
            curl --silent --show-error --fail --location --retry 3 --max-time 300 --output "$work/$1" "$release/$1" ||
                fail "there is no $1 at $release"
            ;;
        *) cp "$release/$1" "$work/$1" || fail "there is no $1 in $release" ;;
    esac
}
take SHA256SUMS
take "$archive"

# macOS has the one, and the others have the other.
sum() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi; }

# A line is the sum, a space, a space or a star, and the name.
expected=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$archive\$/\1/p" "$work/SHA256SUMS")
[ -n "$expected" ] || fail "$release/SHA256SUMS does not name $archive"
found=$(sum "$work/$archive")
[ "${found%% *}" = "$expected" ] || fail "$archive is not what SHA256SUMS says: it has ${found%% *}, and should have $expected"

tar -C "$work" -xzf "$work/$archive" "$program"
mkdir -p "$folder"
# It takes the place of an old one at once, even of one that runs.
cp "$work/$program" "$folder/.$program.new"
chmod 755 "$folder/.$program.new"
mv -f "$folder/.$program.new" "$folder/$program"
"$folder/$program" --version
