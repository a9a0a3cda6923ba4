"""A TCP proxy in front of a Unix socket that can go half-open: it keeps every connection, takes
what comes, and lets nothing through, as a network does that has lost its way."""

import socket
import threading

CHUNK = 65536


class HalfOpenProxy:
    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.cut_off = False
        self.lost = set()  # connections through which nothing will ever go again
        self.pairs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def cut(self):
        """From now on nothing goes through; connections of now never recover."""
        with self.lock:
            self.cut_off = True
            self.lost.update(self.pairs)

    def mend(self):
        """New connections go through again."""
        with self.lock:
            self.cut_off = False

    def close(self):
        self.listener.close()
        with self.lock:
            for pair in self.pairs:
                for end in pair:
                    end.close()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(self.target)
            except OSError:
                near.close()
                continue
            pair = (near, far)
            with self.lock:
                self.pairs.append(pair)
                if self.cut_off:
                    self.lost.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self.pump, args=(pair, source, sink), daemon=True).start()

    def pump(self, pair, source, sink):
        while True:
            try:
                octets = source.recv(CHUNK)
                with self.lock:
                    lost = pair in self.lost
                if lost and octets:
                    continue
                if lost:
                    return  # the other side learns nothing of the end either
                if not octets:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(octets)
            except OSError:
                return
