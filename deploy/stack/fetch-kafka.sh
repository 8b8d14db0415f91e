#!/usr/bin/env bash
# fetch-kafka.sh FOLDER: puts the jars of a Kafka broker into FOLDER/lib, once. Needs Maven and Java 17; 43 MB.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
[ -e "$folder/complete" ] && exit 0
rm -rf "$folder"
mkdir -p "$folder"
cp "$here/pom.xml" "$folder/pom.xml"
said=$(mvn -B -q -f "$folder/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$(cd "$folder" && pwd)/lib" 2>&1) || { echo "$said" >&2; exit 1; }
touch "$folder/complete"
