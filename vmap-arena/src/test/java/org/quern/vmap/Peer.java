package org.quern.vmap;

import java.nio.file.Path;
import java.util.Random;

/** The other process of {@link SharingTest}: attaches by path and does what the first argument says. */
final class Peer {
    private Peer() {}

    public static void main(String[] args) throws Exception {
        try (MemoryFile file = MemoryFile.open(Path.of(args[1])); Arena32 arena = Arena32.attach(file)) {
            switch (args[0]) {
                case "append" -> append(arena, Long.parseLong(args[2]), Integer.parseInt(args[3]));
                case "churn" -> churn(arena);
                case "attach-at" -> attachAt(arena, file, Long.parseLong(args[2]));
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    /** Walks the list that the other process made, and appends nodes of its own; a node is {next, value}. */
    private static void append(Arena32 arena, long head, int more) {
        long sum = 0;
        long last = head;
        for (long node = head; node != 0; node = arena.getLongAcquire(node)) {
            sum += arena.getLongPlain(node + 8);
            last = node;
        }
        System.out.println("found " + sum);
        for (int i = 1; i <= more; i++) {
            long node = arena.allocate(1).granted().handle();
            arena.setLongPlain(node + 8, 1000 + i);
            arena.setLongRelease(last, node);
            last = node;
        }
    }

    /** Changes the books without end, so that a kill at any time is a kill in the middle. */
    private static void churn(Arena32 arena) {
        System.out.println("churning");
        Random random = new Random();
        for (;;) {
            if (arena.allocate(1 + random.nextInt(5)) instanceof PageGrant grant) {
                arena.setLongPlain(grant.handle(), 1);
                if (random.nextInt(4) > 0 || arena.usage().allocatedPages() > 200) {
                    arena.free(grant);
                }
            }
        }
    }

    private static void attachAt(Arena32 arena, MemoryFile file, long address) {
        System.out.println("at " + arena.span().base() + ", reads " + arena.getLongPlain(arena.firstHandle()));
        arena.setLongPlain(arena.firstHandle(), 78);
        try {
            Arena32.attach(file, address, 0).close();
        } catch (MemoryFileException e) {
            System.out.println("again: " + e.reason());
        }
    }
}
