#!/usr/bin/env bash
# build-timescale.sh FOLDER: builds TimescaleDB (Apache edition, Debian's own source) for the PostgreSQL 15 of this machine into FOLDER, once.
# Needs postgresql-15, postgresql-server-dev-15, libkrb5-dev, dpkg-dev, cmake, a C compiler, and root for apt's source lists. 20 to 60 s, 67 MB.
set -euo pipefail
folder=$1
postgres=/usr/lib/postgresql/15
[ -e "$folder/complete" ] && exit 0
rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian 12 has no package of it, Debian 13 has: its source, from the mirror apt already uses, without touching apt's own lists.
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -1)
mkdir -p "$work/parts" "$work/lists/partial"
printf 'Types: deb-src\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$site" >"$work/parts/src.sources"
apt=(apt-get -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/parts" -o "Dir::State::lists=$work/lists"
  -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
"${apt[@]}" -qq update
(cd "$work" && "${apt[@]}" -qq source timescaledb >/dev/null)

cd "$work"/timescaledb-*/
cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DAPACHE_ONLY=1 -DREGRESS_CHECKS=OFF -DTAP_CHECKS=OFF -DWARNINGS_AS_ERRORS=OFF \
  -DGENERATE_DOWNGRADE_SCRIPT=OFF -DPG_CONFIG="$postgres/bin/pg_config" >"$work/cmake.log" 2>&1 || { cat "$work/cmake.log" >&2; exit 1; }
make -s -C build -j2 >"$work/make.log" 2>&1 || { tail -50 "$work/make.log" >&2; exit 1; }

# PostgreSQL finds its files from where its binary lies: a copy keeps the machine's own installation as it is.
mkdir -p "$folder/usr/lib/postgresql" "$folder/usr/share/postgresql"
cp -a "$postgres" "$folder/usr/lib/postgresql/"
cp -a /usr/share/postgresql/15 "$folder/usr/share/postgresql/"
DESTDIR=$folder make -s -C build install >"$work/install.log" 2>&1 || { cat "$work/install.log" >&2; exit 1; }
touch "$folder/complete"
