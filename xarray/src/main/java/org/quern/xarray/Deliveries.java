package org.quern.xarray;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Visit;

/**
 * How scans deliver to the users of {@link LongXArray} and {@link XArray}: to a probe, once; to a consumer, all; to a predicate, until it says no. Reserved entries
 * are passed over.
 */
final class Deliveries {
    static final Visit<LongProbe> TO_LONG_PROBE = new Numbers<>() {
        @Override
        int deliver(long index, long value, LongProbe probe) {
            probe.set(index, value);
            return STOP;
        }
    };

    static final Visit<LongEntryConsumer> TO_LONG_CONSUMER = new Numbers<>() {
        @Override
        int deliver(long index, long value, LongEntryConsumer consumer) {
            consumer.accept(index, value);
            return NEXT;
        }

        @Override
        public long twig(Tree tree, long seen, long twig, long leaves, long next, long last, long bitmap,
                LongEntryConsumer consumer) {
            return tree.spanningPlain()
                    ? super.twig(tree, seen, twig, leaves, next, last, bitmap, consumer)
                    : LongLeaf.deliver(tree, seen, twig, leaves, next, last, bitmap, consumer);
        }
    };

    static final Visit<LongEntryPredicate> TO_LONG_PREDICATE = new Numbers<>() {
        @Override
        int deliver(long index, long value, LongEntryPredicate predicate) {
            return predicate.test(index, value) ? NEXT : STOP;
        }
    };

    /** Adjacent slots of a leaf are read together: nobody is called in between. */
    static final Visit<LongCopy> TO_LONG_COPY = new Numbers<>() {
        @Override
        int deliver(long index, long value, LongCopy copy) {
            return copy.add(index, value) ? NEXT : STOP;
        }

        @Override
        public long leaf(Tree tree, long seen, long node, long siblings, long slots, long base, long bitmap,
                LongCopy copy) {
            int first = Long.numberOfTrailingZeros(slots);
            long run = slots >>> first;
            boolean adjacent = bitmap == NodeLayout.PRESENT && siblings == 0 && slots != 0 && (run & run + 1) == 0;
            int count = adjacent ? copy.room(Long.bitCount(run)) : 0;
            if (!adjacent || !copy.read(tree.basePlain() + node, first, count)) {
                return super.leaf(tree, seen, node, siblings, slots, base, bitmap, copy);
            }
            if (NodeAccess.bitmapAcquire(tree.basePlain() + node, NodeLayout.SIBLINGS) != 0
                    || !tree.sequence().unchangedSince(seen)) {
                return first;
            }
            return copy.addRead(base | first, count) ? DONE : STOPPED;
        }
    };

    /** The first entry of all kinds, reserved or not: its index. */
    static final Visit<long[]> FIRST_INDEX = new Visit<>() {
        @Override
        public int slot(Tree tree, long seen, long node, int slot, long index, long[] sink) {
            long word = NodeAccess.slotAcquire(tree.basePlain() + node, slot);
            if (!tree.sequence().unchangedSince(seen) || tree.leadsOn(word)) {
                return MOVED;
            }
            sink[0] = index;
            return word == Entry.ABSENT ? NEXT : STOP;
        }

        @Override
        public int lone(Tree tree, long seen, long head, long[] sink) {
            sink[0] = 0;
            return STOP;
        }
    };

    private static final Visit<Probe<Object>> TO_PROBE = new Contents<>() {
        @Override
        int deliver(long index, Object value, int tag, Probe<Object> probe) {
            probe.set(index, value, tag);
            return STOP;
        }
    };

    private static final Visit<EntryConsumer<Object>> TO_CONSUMER = new Contents<>() {
        @Override
        int deliver(long index, Object value, int tag, EntryConsumer<Object> consumer) {
            consumer.accept(index, value);
            return NEXT;
        }

        @Override
        public long leaf(Tree tree, long seen, long node, long siblings, long slots, long base, long bitmap,
                EntryConsumer<Object> consumer) {
            return ObjectLeaf.deliver(tree, seen, node, siblings, slots, base, bitmap, consumer);
        }
    };

    private static final Visit<EntryPredicate<Object>> TO_PREDICATE = new Contents<>() {
        @Override
        int deliver(long index, Object value, int tag, EntryPredicate<Object> predicate) {
            return predicate.test(index, value) ? NEXT : STOP;
        }
    };

    private static final Visit<TaggedEntryConsumer<Object>> TO_TAGGED_CONSUMER = new Contents<>() {
        @Override
        int deliver(long index, Object value, int tag, TaggedEntryConsumer<Object> consumer) {
            consumer.accept(index, value, tag);
            return NEXT;
        }
    };

    private Deliveries() {}

    // The casts are unchecked: what is in the mirror was put there by the array's own store, with its type.

    @SuppressWarnings("unchecked")
    static <V> Visit<Probe<V>> toProbe() {
        return (Visit<Probe<V>>) (Visit<?>) TO_PROBE;
    }

    @SuppressWarnings("unchecked")
    static <V> Visit<EntryConsumer<? super V>> toConsumer() {
        return (Visit<EntryConsumer<? super V>>) (Visit<?>) TO_CONSUMER;
    }

    @SuppressWarnings("unchecked")
    static <V> Visit<EntryPredicate<? super V>> toPredicate() {
        return (Visit<EntryPredicate<? super V>>) (Visit<?>) TO_PREDICATE;
    }

    @SuppressWarnings("unchecked")
    static <V> Visit<TaggedEntryConsumer<? super V>> toTaggedConsumer() {
        return (Visit<TaggedEntryConsumer<? super V>>) (Visit<?>) TO_TAGGED_CONSUMER;
    }

    private abstract static class Numbers<S> implements Visit<S> {
        abstract int deliver(long index, long value, S sink);

        @Override
        public final int slot(Tree tree, long seen, long node, int slot, long index, S sink) {
            long word = NodeAccess.slotAcquire(tree.basePlain() + node, slot);
            if (!tree.sequence().unchangedSince(seen)) {
                return MOVED;
            }
            if (Entry.isValue(word)) {
                return deliver(index, Entry.toValue(word), sink);
            }
            return tree.leadsOn(word) ? MOVED : NEXT; // a link: the entry was split meanwhile
        }

        @Override
        public final int lone(Tree tree, long seen, long head, S sink) {
            return Entry.isValue(head) ? deliver(0, Entry.toValue(head), sink) : NEXT;
        }
    }

    private abstract static class Contents<S> implements Visit<S> {
        abstract int deliver(long index, Object value, int tag, S sink);

        @Override
        public final int slot(Tree tree, long seen, long node, int slot, long index, S sink) {
            Mirror mirror = tree.mirror();
            return mirror == null ? NEXT : deliver(tree, seen, mirror, mirror.getAcquire(node, slot), index, sink);
        }

        @Override
        public final int lone(Tree tree, long seen, long head, S sink) {
            Mirror mirror = tree.mirror();
            return mirror == null ? NEXT : deliver(tree, seen, mirror, mirror.headAcquire(), 0, sink);
        }

        private int deliver(Tree tree, long seen, Mirror mirror, @Nullable Object content, long index, S sink) {
            if (!tree.sequence().unchangedSince(seen)) {
                return MOVED;
            }
            Object value = mirror.objectOf(content);
            return value != null ? deliver(index, value, mirror.tagOf(content), sink) : NEXT;
        }
    }
}
