package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/** The tree as text, one line for each node and entry; for people. Called with the lock. */
public final class TreeDump {
    private final Tree tree;
    private final StringBuilder out = new StringBuilder();

    private TreeDump(Tree tree) {
        this.tree = tree;
    }

    /**
     * Writes a tree.
     *
     * @param tree the tree
     * @return lines, without addresses, so that equal arrays give equal text
     */
    public static String of(Tree tree) {
        TreeDump dump = new TreeDump(tree);
        dump.head(tree.headPlain());
        return dump.out.toString();
    }

    private void head(long head) {
        out.append("array ").append(tree.nodes().name()).append(": height ").append(tree.height()).append(", ")
                .append(tree.nodes().inUse())
                .append(" nodes").append(marks(tree.rootMarksAcquire())).append('\n');
        if (Entry.isRoot(head)) {
            node(Entry.rootOffset(head), 1);
        } else if (head != Entry.ABSENT) {
            entry(0, 0, 0, head, tree.rootMarksAcquire(), 1, 0);
        }
    }

    private void node(long node, int depth) {
        long address = tree.basePlain() + node;
        int shift = NodeAccess.shiftPlain(address);
        long base = NodeAccess.basePlain(address);
        indent(depth).append("node ").append(Long.toUnsignedString(base)).append("..")
                .append(Long.toUnsignedString(Geometry.after(base, shift) - 1))
                .append(": shift ").append(shift).append(", count ").append(NodeAccess.countPlain(address))
                .append(", values ")
                .append(NodeAccess.valueCountPlain(address)).append('\n');
        long siblings = NodeAccess.bitmapPlain(address, NodeLayout.SIBLINGS);
        for (long bits = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT)
                & ~siblings; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            long word = NodeAccess.slotPlain(address, slot);
            if (Entry.isLink(word, tree.linkMaskPlain())) {
                node(Entry.toOffset(word), depth + 1);
            } else {
                entry(Geometry.slotBase(base, shift, slot), node, slot, word, slotMarks(address, slot), depth + 1,
                        Run.order(shift, Run.length(siblings, slot)));
            }
        }
    }

    private void entry(long index, long node, int slot, long word, int marks, int depth, int order) {
        indent(depth).append(Long.toUnsignedString(index));
        if (order > 0) {
            out.append("..").append(Long.toUnsignedString(Geometry.blockLast(index, order))).append(" (order ")
                    .append(order)
                    .append(')');
        }
        out.append(" = ");
        Mirror mirror = tree.mirror();
        if (word == Entry.RESERVED) {
            out.append("reserved");
        } else if (mirror == null) {
            out.append(Entry.toValue(word));
        } else {
            Object content = node == 0 ? mirror.headAcquire() : mirror.getAcquire(node, slot);
            Object object = mirror.objectOf(content);
            out.append(object == null ? "nothing" : object.getClass().getName());
            out.append(mirror.tagOf(content) == 0 ? "" : " tag " + mirror.tagOf(content));
        }
        out.append(marks(marks)).append('\n');
    }

    private int slotMarks(long address, int slot) {
        int marks = 0;
        for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            marks |= (int) (NodeAccess.bitmapPlain(address, NodeLayout.marks(mark)) >>> slot & 1) << mark;
        }
        return marks;
    }

    private static String marks(int marks) {
        StringBuilder text = new StringBuilder();
        for (int mark = 0; mark < NodeLayout.MARK_COUNT; mark++) {
            if ((marks >>> mark & 1) != 0) {
                text.append(" M").append(mark);
            }
        }
        return text.toString();
    }

    private StringBuilder indent(int depth) {
        return out.repeat("  ", depth);
    }
}
