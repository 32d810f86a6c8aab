"""A store that throws inserts away, where they cost least: the kernel drops the bytes of a body
(`MSG_TRUNC`) and this program sees its head alone.

Says the port it listens on, then a line for each insert: the address that was asked for.
A body comes chunked, in chunks of any size; a connection is kept.
"""

import socket
import sys
import threading

HEAD_BYTES_MAX = 65_536
DROP_BYTES_MAX = 4 << 20
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


class Connection:
    def __init__(self, peer: socket.socket) -> None:
        self.peer = peer
        self.read = b""
        self.dropped = bytearray(DROP_BYTES_MAX)

    def until(self, mark: bytes) -> bytes:
        """What comes before `mark`; EOFError at the end of the connection."""
        while (at := self.read.find(mark)) < 0:
            if len(self.read) > HEAD_BYTES_MAX:
                raise ValueError(f"{len(self.read)} bytes without {mark!r}")
            more = self.peer.recv(4096)
            if not more:
                raise EOFError
            self.read += more
        before, self.read = self.read[:at], self.read[at + len(mark) :]
        return before

    def drop(self, count: int) -> None:
        from_read = min(count, len(self.read))
        self.read = self.read[from_read:]
        count -= from_read
        while count > 0:
            size = min(count, DROP_BYTES_MAX)
            count -= self.peer.recv_into(self.dropped, size, socket.MSG_TRUNC) or count

    def insert(self) -> str:
        head = self.until(b"\r\n\r\n").decode("latin-1")
        while (size := int(self.until(b"\r\n"), 16)) > 0:
            self.drop(size + 2)
        self.until(b"\r\n")
        return head.split(" ", 2)[1]


def serve(peer: socket.socket) -> None:
    connection = Connection(peer)
    try:
        while True:
            address = connection.insert()
            sys.stdout.write(address + "\n")
            sys.stdout.flush()
            peer.sendall(ANSWER)
    except (EOFError, ConnectionResetError):
        peer.close()


with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    while True:
        accepted, _ = server.accept()
        threading.Thread(target=serve, args=(accepted,), daemon=True).start()
