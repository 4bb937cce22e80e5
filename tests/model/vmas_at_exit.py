#!/usr/bin/env python3
"""vmas_at_exit.py - how many VMAs each process of a strace log has when it exits.

A second opinion on the importer and on sim/mm/address_space.c: it reads the log by itself and keeps every
address space as a plain list of ranges, in which neighbours of equal kind are one. What exec maps by itself
is 12 VMAs (docs/replay.md); an mprotect() of a range that nothing recorded has mapped splits one of them.

	xz -dc scenarios/data/strace/NAME.strace.xz | vmas_at_exit.py NAME

prints a line "NAME PROGRAM VMAS" for each exit, in the order of the exits.
"""
import re
import sys

IMAGE = 12
PAGE = 4096


class AddressSpace:
    def __init__(self):
        self.ranges = []  # (start, end, kind, file, offset), ascending
        self.image = 0
        self.image_splits = set()
        self.brk_start = self.brk_end = None
        self.users = 1

    def fork(self):
        copy = AddressSpace()
        copy.ranges = list(self.ranges)
        copy.image, copy.image_splits = self.image, set(self.image_splits)
        copy.brk_start, copy.brk_end = self.brk_start, self.brk_end
        return copy

    def count(self):
        return self.image + len(self.image_splits) + len(self.ranges)

    def cut(self, start, end):
        """Takes [start, end) out; returns the pieces that were there."""
        kept, taken = [], []
        for s, e, kind, file, offset in self.ranges:
            for a, b, into in ((s, min(e, start), kept), (max(s, start), min(e, end), taken),
                               (max(s, end), e, kept)):
                if a < b:
                    into.append((a, b, kind, file, offset + a - s if file else 0))
        self.ranges = kept
        return taken

    def join(self, pieces):
        merged = []
        for piece in sorted(self.ranges + pieces):
            if merged:
                s, e, kind, file, offset = merged[-1]
                if (e, kind, file) == (piece[0], piece[2], piece[3]) and (
                        not file or offset + e - s == piece[4]):
                    merged[-1] = (s, piece[1], kind, file, offset)
                    continue
            merged.append(piece)
        self.ranges = merged

    def map(self, start, length, prot, shared, file, offset):
        end = start + (length + PAGE - 1) // PAGE * PAGE
        self.cut(start, end)
        self.join([(start, end, (prot, shared, 'w' in prot and not shared), file, offset)])

    def unmap(self, start, length):
        self.cut(start, start + (length + PAGE - 1) // PAGE * PAGE)

    def protect(self, start, length, prot):
        end = start + (length + PAGE - 1) // PAGE * PAGE
        taken = self.cut(start, end)
        if not taken:
            self.image_splits.add(start)
        # what was once charged as writable stays charged
        self.join([(s, e, (prot, kind[1], kind[2] or ('w' in prot and not kind[1])), file, offset)
                   for s, e, kind, file, offset in taken])

    def brk(self, end):
        end = (end + PAGE - 1) // PAGE * PAGE
        if self.brk_start is None:
            self.brk_start = self.brk_end = end
        elif end > self.brk_end:
            self.map(self.brk_end, end - self.brk_end, 'rw', False, None, 0)
        else:
            self.unmap(end, self.brk_end - end)
        self.brk_end = end


def prot_of(text):
    return ''.join(letter for letter, name in (('r', 'PROT_READ'), ('w', 'PROT_WRITE'),
                                               ('x', 'PROT_EXEC')) if name in text)


class Log:
    def __init__(self, name):
        self.name = name
        self.spaces, self.programs, self.cloning, self.unfinished = {}, {}, {}, {}
        self.files = 0

    def space(self, pid):
        """A process that nobody has seen comes from a clone that has not returned yet."""
        if pid not in self.spaces:
            for parent, flags in self.cloning.items():
                self.adopt(parent, pid, flags)
                break
            else:
                self.spaces[pid], self.programs[pid] = AddressSpace(), '?'
        return self.spaces[pid]

    def adopt(self, parent, child, flags):
        space = self.spaces[parent]
        if 'CLONE_VM' in flags:
            space.users += 1
        else:
            space = space.fork()
        self.spaces[child], self.programs[child] = space, self.programs[parent]
        del self.cloning[parent]

    def begins(self, pid, call, args):
        self.space(pid)
        if call in ('vfork', 'fork', 'clone', 'clone3'):
            self.cloning[pid] = 'CLONE_VM' if call == 'vfork' else args

    def ends(self, pid, call, args, result):
        space = self.space(pid)
        words = [word.strip() for word in args.split(',')]
        if result.startswith('-1') or result.startswith('?'):
            self.cloning.pop(pid, None)
        elif call == 'execve':
            self.leave(pid)
            self.spaces[pid] = AddressSpace()
            self.spaces[pid].image = IMAGE
            self.programs[pid] = re.match(r'"([^"]*)"', args).group(1).split('/')[-1]
        elif call == 'mmap':
            file = None
            if 'MAP_ANONYMOUS' not in words[3]:
                if 'MAP_FIXED' not in words[3]:
                    self.files += 1  # descriptors are used again, files are not
                file = self.files
            space.map(int(result.split()[0], 16), int(words[1]), prot_of(words[2]),
                      'MAP_SHARED' in words[3], file, int(words[5], 0))
        elif call == 'munmap':
            space.unmap(int(words[0], 16), int(words[1]))
        elif call == 'mprotect':
            space.protect(int(words[0], 16), int(words[1]), prot_of(words[2]))
        elif call == 'brk':
            space.brk(int(result.split()[0], 16))
        elif call in ('vfork', 'fork', 'clone', 'clone3') and pid in self.cloning:
            self.adopt(pid, int(result.split()[0]), self.cloning[pid])
        elif call not in ('vfork', 'fork', 'clone', 'clone3'):
            sys.exit(f'{call}: not known here')

    def leave(self, pid):
        self.spaces[pid].users -= 1

    def exits(self, pid):
        print(self.name, self.programs[pid], self.spaces[pid].count())
        self.leave(pid)
        del self.spaces[pid]

    def line(self, text):
        pid, _, rest = text.split(None, 2)
        pid = int(pid)
        if rest.startswith('+++'):
            self.exits(pid)
        elif rest.startswith('<... '):
            match = re.match(r'<\.\.\. \w+ resumed>(.*)\) += (.*)$', rest)
            if match:
                call, args = self.unfinished.pop(pid)
                self.ends(pid, call, args + match.group(1), match.group(2))
        elif not rest.startswith('---'):
            call, rest = rest.split('(', 1)
            if rest.endswith('<unfinished ...>'):
                args = rest[:-len('<unfinished ...>')].strip()
                self.begins(pid, call, args)
                self.unfinished[pid] = (call, args)
            else:
                match = re.match(r'(.*)\) += (.*)$', rest)
                self.begins(pid, call, match.group(1))
                self.ends(pid, call, match.group(1), match.group(2))


log = Log(sys.argv[1])
for text in sys.stdin:
    log.line(text.rstrip('\n'))
