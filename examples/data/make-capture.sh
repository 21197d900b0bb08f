#!/bin/sh
# Makes loopback.pcap: real traffic of a real network stack, on the loopback interface of a network namespace of its own, so that
# nothing of this machine can be in it: no host name, no address but 127.0.0.0/8 and fd00:51::/64, only generated content.
#
#   ./make-capture.sh          needs Linux, root (or user namespaces), tcpdump, iproute2, curl, python3
#
# MTU 1500 and single-segment GSO give packets of the usual sizes instead of loopback's 64 KiB.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != inside ]; then
    [ "$(id -u)" -eq 0 ] && flags=-n || flags=-rn
    exec unshare $flags -- "$here/make-capture.sh" inside
fi

ip link set lo up mtu 1500 gso_max_segs 1
ip -6 address add fd00:51::1/128 dev lo
ip -6 address add fd00:51::2/128 dev lo

work=$(mktemp -d)
tcpdump -i lo -s 0 -Z root -B 8192 -w "$work/loopback.pcap" >"$work/tcpdump.log" 2>&1 &
tcpdump=$!
until grep -q 'listening on' "$work/tcpdump.log"; do
    kill -0 "$tcpdump" || { cat "$work/tcpdump.log" >&2; exit 1; }
    sleep 0.1
done

python3 "$here/traffic.py" serve &
servers=$!
python3 "$here/traffic.py" ready
# HTTP over IPv4 and IPv6: small pages, one of 40,000 bytes, a missing one, an upload
for path in / /page/1 /page/2 /bytes/40000 /missing; do
    curl -s -o /dev/null -A example "http://127.0.0.2:8080$path" --interface 127.0.0.1
done
curl -s -o /dev/null -A example -T "$here/traffic.py" http://127.0.0.2:8080/upload --interface 127.0.0.1
curl -s -o /dev/null -A example 'http://[fd00:51::2]:8080/page/3' --interface fd00:51::1
# DNS, UDP of many sizes, a TCP transfer, ICMP echo
python3 "$here/traffic.py" clients
sleep 1
kill "$servers"
kill -INT "$tcpdump"
wait "$tcpdump" || true
mv "$work/loopback.pcap" "$here/loopback.pcap"
rm -r "$work"
tcpdump -r "$here/loopback.pcap" --count 2>/dev/null
