#!/bin/sh
# Makes a throw-away authority with a server and a client certificate, for tests and trials only.
# Usage: generate.sh [OUT_DIR [NAME_OR_ADDRESS...]]   Files that are there and hold these names are kept.
set -eu
umask 077

out=${1:-$(dirname "$0")}
[ $# -gt 0 ] && shift
mkdir -p "$out"
cd "$out"

days=825
san='DNS:localhost,IP:127.0.0.1,IP:::1'
for name in "$@"; do
  case $name in
    *:*) san="$san,IP:$name" ;;
    *[!0-9.]*) san="$san,DNS:$name" ;;
    *) san="$san,IP:$name" ;;
  esac
done

new_key() {
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null ||
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# sign NAME SUBJECT EXTENSIONS
sign() {
  new_key "$1.key"
  printf '%s\n' "$3" 'basicConstraints=critical,CA:FALSE' 'subjectKeyIdentifier=hash' \
    'authorityKeyIdentifier=keyid' >"$1.ext"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$days" -sha256 \
    -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  rm -f "$1.csr" "$1.ext"
}

if [ ! -s ca.pem ] || [ ! -s ca.key ]; then
  rm -f server.pem client.pem
  new_key ca.key
  openssl req -x509 -new -key ca.key -sha256 -days "$days" -subj '/CN=flowcef test authority' \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' -out ca.pem
fi
if [ ! -s server.pem ] || [ ! -s server.key ] || [ "$(cat server.names 2>/dev/null)" != "$san" ]; then
  sign server '/CN=flowcef test server' "subjectAltName=$san
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth"
  printf '%s\n' "$san" >server.names
fi
if [ ! -s client.pem ] || [ ! -s client.key ]; then
  sign client '/CN=flowcef test client' 'keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth'
fi
