package org.quern.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.quern.vmap.Arena32;
import org.quern.vmap.MemoryFile;
import org.quern.vmap.PageGrant;
import org.quern.vmap.SparseArenaOptions;

/**
 * Two processes build one linked list in an arena that both have mapped, and one of them is killed in the middle of it: the
 * other goes on, with every node that was linked.
 */
public final class SharedArena {
    private static final int NODES = 1000;

    private SharedArena() {}

    /**
     * Runs the example; with a path and a handle it is the second process.
     *
     * @param args none
     * @throws IOException if the second process cannot be started
     * @throws InterruptedException if interrupted while waiting for it
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 2) {
            second(Path.of(args[0]), Long.parseLong(args[1]));
        } else {
            first();
        }
    }

    private static void first() throws IOException, InterruptedException {
        // snippet: shared-create
        try (Arena32 arena = Arena32.create(SparseArenaOptions.pages(1 << 18).named("list"))) {
            long head = node(arena, "first", 0);
            System.out.println("made " + arena + " at " + arena.file().path());
            // end: shared-create
            for (int i = 1; i < NODES; i++) {
                append(arena, head, node(arena, "first", i));
            }
            Process second = AnotherProcess.start(SharedArena.class, arena.file().path(), head);
            System.out.print(said(second));
            second.destroyForcibly().waitFor(); // SIGKILL: nothing of it runs any more, not even a shutdown hook
            System.out.println("killed the second process");
            report(arena, head);
            // snippet: shared-survive
            PageGrant mine = arena.allocate(8).granted(); // completes what the dead process had begun
            arena.free(mine);
            arena.drain(); // what the dead process had freed and not seen freed
            System.out.println("the survivor allocates and frees; unavailable: " + arena.usage().unavailablePages());
            // end: shared-survive
        }
    }

    private static void second(Path path, long head) {
        // snippet: shared-attach
        try (MemoryFile file = MemoryFile.open(path); Arena32 arena = Arena32.attach(file)) {
            long found = 0;
            for (long node = head; node != 0; node = Arena32.handle(arena.getIntPlain(node))) {
                found++;
            }
            System.out.println("second process: found " + found + " nodes by following 32-bit handles");
            // end: shared-attach
            for (int i = 0; i < NODES; i++) {
                append(arena, head, node(arena, "second", i));
            }
            System.out.println("second process: appended " + NODES + ", goes on until it is killed");
            while (ProcessHandle.current().parent().map(ProcessHandle::isAlive).orElse(false)) {
                arena.free(arena.allocate(3).granted());
            }
        }
    }

    /** A node is a page: {next: 32 bits, last of the list (in the head): 32 bits, number, name}. */
    private static long node(Arena32 arena, String maker, int number) {
        PageGrant grant = arena.allocate(1).granted();
        arena.segment(grant).setString(16, maker);
        arena.setLongPlain(grant.handle() + 8, number);
        arena.setIntPlain(grant.handle() + 4, grant.handle32());
        return grant.handle();
    }

    private static void append(Arena32 arena, long head, long node) {
        long last = Arena32.handle(arena.getIntPlain(head + 4));
        arena.setIntPlain(last, (int) node);
        arena.setIntPlain(head + 4, (int) node);
    }

    private static void report(Arena32 arena, long head) {
        List<String> ends = new ArrayList<>();
        int nodes = 0;
        for (long node = head; node != 0; node = Arena32.handle(arena.getIntPlain(node))) {
            if (nodes % NODES == 0) {
                ends.add(arena.segment(node, 64).getString(16) + " " + arena.getLongPlain(node + 8));
            }
            nodes++;
        }
        System.out.println("the list has " + nodes + " nodes, from " + String.join(", then ", ends));
        System.out.println("pages by process that asked for them: " + arena.usage().allocatedByPid().size()
                + " owners, "
                + arena.memoryUsage() / 1024 + " KiB in memory of " + arena.bytes() / 1024 / 1024 + " MiB reserved");
    }

    /** Its first two lines. */
    private static String said(Process process) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int lines = 0; lines < 2;) {
            int next = process.getInputStream().read();
            if (next < 0) {
                return text + "(the second process ended early)\n";
            }
            text.append(new String(new byte[]{(byte) next}, StandardCharsets.ISO_8859_1));
            lines += next == '\n' ? 1 : 0;
        }
        return text.toString();
    }
}
