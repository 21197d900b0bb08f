package org.quern.vmap.reserve;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many mappings this library may hold in the process.
 *
 * <p>
 * The system allows a process {@code vm.max_map_count} mappings (65,530 by default; proc_sys_vm(5)). When they are spent,
 * HotSpot's own commits fail and the virtual machine dies, so the library stops at a quarter and answers with an
 * exception long before. A mapping counts until it is really unmapped, which happens after its owner became unreachable;
 * whoever meets a spent budget therefore asks for a collection, once, as {@code ByteBuffer.allocateDirect} does.
 */
public final class MappingBudget {
    private static final Path MAX_MAP_COUNT = Path.of("/proc/sys/vm/max_map_count");
    private static final int DEFAULT_MAX_MAP_COUNT = 65_530;
    private static final int SHARE = 4;
    private static final int COLLECTION_WAITS = 9; // 1 + 2 + .. + 256 ms: half a second in all

    /** The budget of this process. */
    public static final MappingBudget PROCESS = new MappingBudget(maxMapCount() / SHARE);

    private final int limit;
    private final AtomicInteger used = new AtomicInteger();

    MappingBudget(int limit) {
        this.limit = limit;
    }

    /**
     * Takes from the budget, perhaps after asking for a collection and waiting for it, half a second at most.
     *
     * @param mappings how many
     * @return false, and nothing taken, if they are not there even then
     */
    public boolean acquire(int mappings) {
        if (tryAcquire(mappings)) {
            return true;
        }
        System.gc(); // closed but still mapped reservations are released by their cleaners
        for (int i = 0; i < COLLECTION_WAITS; i++) {
            if (tryAcquire(mappings)) {
                return true;
            }
            try {
                Thread.sleep(1L << i);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return tryAcquire(mappings);
            }
        }
        return tryAcquire(mappings);
    }

    private boolean tryAcquire(int mappings) {
        int u;
        do {
            u = used.get();
            if (u > limit - mappings) {
                return false;
            }
        } while (!used.compareAndSet(u, u + mappings)); // a plain counter: publishes nothing, needs no partner
        return true;
    }

    /**
     * Returns what was taken.
     *
     * @param mappings how many
     */
    public void release(int mappings) {
        used.addAndGet(-mappings);
    }

    /**
     * The most that may be taken.
     *
     * @return mappings
     */
    public int limit() {
        return limit;
    }

    /**
     * What is taken.
     *
     * @return mappings
     */
    public int used() {
        return used.get();
    }

    private static int maxMapCount() {
        // A buffered reader because these files answer one read only: Files.readString, which reads a byte first when the
        // size is given as 0, gets the first digit and nothing else.
        try (BufferedReader file = Files.newBufferedReader(MAX_MAP_COUNT)) {
            String line = file.readLine();
            return line == null ? DEFAULT_MAX_MAP_COUNT : Integer.parseInt(line.strip());
        } catch (IOException | NumberFormatException e) {
            return DEFAULT_MAX_MAP_COUNT; // not readable here: assume the default, which is also the smallest in use
        }
    }
}
