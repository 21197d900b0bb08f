"""Servers and clients for make-capture.sh: generated content, fixed addresses, no names of anybody's hosts."""
import http.server
import random
import socket
import struct
import sys
import threading
import time

CLIENT, SERVER = "127.0.0.1", "127.0.0.2"
DNS, BULK, ECHO = (SERVER, 53), (SERVER, 9000), ("127.0.0.3", 9001)
CONTENT = random.Random(1).randbytes(70_000)


class Pages(http.server.BaseHTTPRequestHandler):
    """Generated pages, without the Date and Server headers that would tell about the machine."""

    def send(self, status, body):
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/" or self.path.startswith("/page/"):
            self.send(200, f"<p>A generated page at {self.path}</p>\n".encode() * 20)
        elif self.path.startswith("/bytes/"):
            self.send(200, CONTENT[: int(self.path.rsplit("/", 1)[1])])
        else:
            self.send(404, b"nothing here\n")

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send(201, b"stored\n")

    def log_message(self, *unused):
        pass


class Server6(http.server.HTTPServer):
    address_family = socket.AF_INET6


def answer_dns(sock):
    """Answers every question for an A record with 192.0.2.1."""
    while True:
        query, peer = sock.recvfrom(512)
        end = query.index(b"\0", 12) + 5
        answer = b"\xc0\x0c" + struct.pack("!HHIH4s", 1, 1, 60, 4, socket.inet_aton("192.0.2.1"))
        sock.sendto(query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:end] + answer, peer)


def echo_udp(sock):
    while True:
        data, peer = sock.recvfrom(2048)
        sock.sendto(data, peer)


def send_bulk(sock):
    while True:
        peer, _ = sock.accept()
        with peer:
            peer.sendall(CONTENT)


def bound(kind, address):
    sock = socket.socket(socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(address)
    return sock


def serve():
    bulk = bound(socket.SOCK_STREAM, BULK)
    bulk.listen()
    for work, sock in ((answer_dns, bound(socket.SOCK_DGRAM, DNS)), (echo_udp, bound(socket.SOCK_DGRAM, ECHO)),
                       (send_bulk, bulk)):
        threading.Thread(target=work, args=(sock,), daemon=True).start()
    threading.Thread(target=Server6(("fd00:51::2", 8080), Pages).serve_forever, daemon=True).start()
    http.server.ThreadingHTTPServer((SERVER, 8080), Pages).serve_forever()


def ready():
    """Waits for the servers; a refused connection is part of the capture, as in life."""
    for _ in range(100):
        try:
            socket.create_connection((SERVER, 8080), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the servers did not come up")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(count):
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.bind((CLIENT, 0))
        for n in range(count):
            body = struct.pack("!HH", 0x51, n) + bytes(range(56))
            sock.sendto(struct.pack("!BBH", 8, 0, checksum(b"\x08\0\0\0" + body)) + body, ("127.0.0.3", 0))
            time.sleep(0.01)


def clients():
    with bound(socket.SOCK_DGRAM, (CLIENT, 0)) as sock:
        for n in range(20):
            name = f"host{n}".encode()
            question = bytes([len(name)]) + name + b"\7example\0" + b"\0\1\0\1"
            sock.sendto(struct.pack("!H", n) + b"\1\0\0\1\0\0\0\0\0\0" + question, DNS)
            sock.recvfrom(512)
    with bound(socket.SOCK_DGRAM, (CLIENT, 0)) as sock:
        for size in list(range(0, 12)) + [63, 64, 65, 500, 1471, 1472]:
            sock.sendto(CONTENT[:size], ECHO)
            sock.recvfrom(2048)
    with socket.create_connection(BULK, source_address=(CLIENT, 0)) as sock:
        while sock.recv(65536):
            pass
    ping(10)


if __name__ == "__main__":
    {"serve": serve, "ready": ready, "clients": clients}[sys.argv[1]]()
