package org.quern.xarray.id;

import java.util.ArrayList;
import java.util.List;

/** Checks the invariants of a quiescent tree: full bits, no empty page or branch, the lowest root, and that all is counted. Returns what is wrong. */
public final class IdTreeChecker {
    private final List<String> defects = new ArrayList<>();
    private long taken;
    private long pages;
    private long branches;

    private IdTreeChecker() {}

    public static List<String> defects(IdTree tree) {
        IdTreeChecker checker = new IdTreeChecker();
        checker.run(tree);
        return checker.defects;
    }

    private void run(IdTree tree) {
        Object root = tree.rootNode();
        if (root == null) {
            for (long id = tree.nextTaken(0); id != IdTree.NONE; id = tree.nextTaken(id + 1)) {
                taken++;
            }
        } else {
            visit(root, tree.rootBits());
            require(!(root instanceof Branch branch && branch.isStem()), "root is higher than it needs");
        }
        require(taken == tree.taken(), "%d taken, counted %d", taken, tree.taken());
        require(pages == tree.pages(), "%d pages, counted %d", pages, tree.pages());
        require(branches == tree.branches(), "%d branches, counted %d", branches, tree.branches());
    }

    /** @return whether the node is full, found out from its bits */
    private boolean visit(Object node, int bits) {
        if (node instanceof long[] page) {
            return page(page, bits);
        }
        branches++;
        Branch branch = (Branch) node;
        boolean allFull = true;
        require(!branch.isEmpty(), "an empty branch of %d bits", bits);
        for (int slot = 0; slot < Long.SIZE; slot++) {
            Object child = branch.childPlain(slot);
            boolean full = child != null && visit(child, bits - 6);
            require(full == branch.isFull(slot), "slot %d of a branch of %d bits: full is %s", slot, bits, full);
            allFull &= full;
        }
        require(allFull == branch.isFull(), "a branch of %d bits: full is %s", bits, allFull);
        return allFull;
    }

    private boolean page(long[] page, int bits) {
        pages++;
        require(bits == Page.BITS, "a page where %d bits are taken", bits);
        int here = 0;
        for (int word = 0; word < Page.SIZE / Long.SIZE; word++) {
            here += Long.bitCount(page[word]);
        }
        taken += here;
        require(here > 0 == !Page.isEmpty(page) && here > 0, "an empty page");
        require(here == Page.SIZE == Page.isFull(page), "%d bits, full is %s", here, Page.isFull(page));
        return here == Page.SIZE;
    }

    private void require(boolean holds, String defect, Object... arguments) {
        if (!holds) {
            defects.add(defect.formatted(arguments));
        }
    }
}
