package org.quern.vmap;

import java.util.ArrayList;
import java.util.List;

/** Opens pools and keeps them until it is refused; the JVM must still be well then. */
final class ManyPools {
    private ManyPools() {}

    public static void main(String[] args) {
        List<BlockPool> pools = new ArrayList<>();
        try {
            for (;;) {
                pools.add(BlockPool.open("kept", 64, 1 << 20));
            }
        } catch (AddressSpaceException e) {
            System.out.println("refused after " + pools.size() + ": " + e.getMessage());
        }
        for (BlockPool pool : pools) {
            pool.segment(pool.take()).fill((byte) 1);
            pool.close();
        }
        System.out.println("alive");
    }
}
