package org.quern.kapi.struct;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import org.quern.kapi.Constraint;
import org.quern.kapi.Operation;
import org.quern.kapi.Relation;

/**
 * The declaration of one C structure: members in order, laid out as the C compiler does it, and checked for a layout
 * that is the same on every ABI.
 *
 * <pre>
 *   struct("uffdio_zeropage")              offset
 *     .nested("range", IN, UFFDIO_RANGE)      0     start 0, len 8
 *     .field("mode", U64, IN)                16
 *     .field("zeropage", S64, OUT)           24
 *     .end()                                 32     no byte without a name
 * </pre>
 *
 * Memory for one comes from {@link #allocate}, all zeros: reserved members must be zero, and no stale byte of this
 * process leaves it. Immutable and thread-safe.
 *
 * @param name as in C, without the word struct
 * @param fields the members in order
 * @param relations what two members must satisfy together, checked before a call
 * @param size bytes, with the padding the C compiler puts at the end
 * @param packed whether C packs it, which makes its own alignment 1
 * @param legacy why it is not laid out portably; empty if it is
 */
@Operation(threads = Operation.Threads.ANY)
public record StructSpec(String name, List<FieldSpec> fields, List<Relation> relations, long size, boolean packed,
        String legacy) {
    /**
     * Checks and copies.
     *
     * @param name as in C
     * @param fields the members in order
     * @param relations what two members must satisfy together
     * @param size bytes
     * @param packed whether C packs it
     * @param legacy why it is not laid out portably
     * @throws IllegalArgumentException if a name is missing or occurs twice, or there is no member
     */
    public StructSpec {
        fields = List.copyOf(fields);
        relations = List.copyOf(relations);
        List<String> names = fields.stream().map(FieldSpec::name).toList();
        if (name.isBlank() || names.isEmpty() || names.stream().distinct().count() != names.size()) {
            throw new IllegalArgumentException("name='" + name + "', fields=" + names
                    + ": a structure has a name and members, no two of one name");
        }
    }

    /**
     * Begins a declaration.
     *
     * @param name as in C, without the word struct
     * @return a builder
     */
    public static Builder struct(String name) {
        return new Builder(name);
    }

    /**
     * What the address of one is a multiple of.
     *
     * @return the largest alignment of a member; 1 if packed
     */
    public long alignment() {
        return packed ? 1 : fields.stream().mapToLong(FieldSpec::alignment).max().getAsLong();
    }

    /**
     * Whether the first member carries the size of the structure as the caller knows it.
     *
     * @return true if {@link #allocate} fills it in
     */
    public boolean isSized() {
        FieldSpec first = fields.getFirst();
        return first.name().equals("size") && first.type().isNumber();
    }

    /**
     * A member that is a number.
     *
     * @param path its name; members of nested structures after a dot, as in {@code range.start}
     * @return how to read and write it; keep it in a static final field
     * @throws IllegalArgumentException if there is no such number
     */
    public NumberField number(String path) {
        return NumberField.of(this, path);
    }

    /**
     * Memory for one structure, every byte zero, its size filled in if it {@link #isSized}.
     *
     * @param allocator where the memory comes from; off-heap, and alive until the call has returned
     * @return the memory
     */
    public MemorySegment allocate(SegmentAllocator allocator) {
        MemorySegment memory = allocator.allocate(size, Math.max(alignment(), Long.BYTES)).fill((byte) 0);
        if (isSized()) {
            number("size").set(memory, size);
        }
        return memory;
    }

    /**
     * The members by name and value, for traces.
     *
     * @param memory one structure
     * @return for instance {@code uffdio_range{start=0x7f0000000000, len=4096}}
     */
    public String show(MemorySegment memory) {
        return show(memory, field -> true);
    }

    /**
     * The members that only the caller fills in, by name and value: after a failure the others are undefined, and what a
     * kernel did not define is not shown.
     *
     * @param memory one structure
     * @return for instance {@code uffdio_zeropage{range=uffdio_range{start=0x7f0000000000, len=4096}, mode=0}}
     */
    public String showInput(MemorySegment memory) {
        return show(memory, field -> field.transfer() == Transfer.IN);
    }

    private String show(MemorySegment memory, Predicate<FieldSpec> which) {
        List<String> shown = new ArrayList<>();
        for (FieldSpec field : fields) {
            if (!which.test(field) || field.count() != 1) {
                continue;
            }
            if (field.type() == FieldType.STRUCT) {
                shown.add(field.name() + "="
                        + field.members().getFirst().show(memory.asSlice(field.offset(), field.size()), which));
            } else if (field.type().isNumber()) {
                shown.add(field.name() + "=" + number(field.name()).show(memory));
            }
        }
        return name + "{" + String.join(", ", shown) + "}";
    }

    /** Collects the members of a declaration. */
    public static final class Builder {
        private final String name;
        private final List<FieldSpec> fields = new ArrayList<>();
        private final List<Relation> relations = new ArrayList<>();
        private boolean packed;

        Builder(String name) {
            this.name = name;
        }

        /**
         * The next member.
         *
         * @param field its name
         * @param type what it is
         * @param transfer which way it travels
         * @param text one phrase for the reader
         * @return this
         */
        public Builder field(String field, FieldType type, Transfer transfer, String text) {
            return add(field, type, 1, transfer, List.of(), text);
        }

        /**
         * An array.
         *
         * @param field its name
         * @param type what its elements are
         * @param count how many, 1 or more
         * @param transfer which way it travels
         * @param text one phrase for the reader
         * @return this
         */
        public Builder array(String field, FieldType type, int count, Transfer transfer, String text) {
            return add(field, type, count, transfer, List.of(), text);
        }

        /**
         * Explicit padding: bytes that must be zero.
         *
         * @param field its name
         * @param bytes how many, 1 or more
         * @return this
         */
        public Builder reserved(String field, int bytes) {
            return add(field, FieldType.RESERVED, bytes, Transfer.RESERVED, List.of(), "must be zero");
        }

        /**
         * A nested structure.
         *
         * @param field its name
         * @param struct the structure
         * @param transfer which way it travels
         * @param text one phrase for the reader
         * @return this
         */
        public Builder nested(String field, StructSpec struct, Transfer transfer, String text) {
            return add(field, FieldType.STRUCT, 1, transfer, List.of(struct), text);
        }

        /**
         * Structures that begin at the same place; the union is as large as the largest.
         *
         * @param field its name
         * @param transfer which way it travels
         * @param text one phrase for the reader
         * @param members the alternatives
         * @return this
         */
        public Builder union(String field, Transfer transfer, String text, StructSpec... members) {
            return add(field, FieldType.UNION, 1, transfer, List.of(members), text);
        }

        /**
         * Something two members must satisfy together.
         *
         * @param relation by the names of the members
         * @return this
         */
        public Builder relation(Relation relation) {
            relations.add(relation);
            return this;
        }

        /**
         * C packs the structure; allowed only where that changes no offset.
         *
         * @return this
         */
        public Builder packed() {
            packed = true;
            return this;
        }

        /**
         * What the member declared last must satisfy.
         *
         * @param constraint checked before a call
         * @return this
         */
        public Builder must(Constraint constraint) {
            fields.set(fields.size() - 1, fields.getLast().must(constraint));
            return this;
        }

        private Builder add(String field, FieldType type, int count, Transfer transfer, List<StructSpec> members,
                String text) {
            fields.add(new FieldSpec(field, type, 0, count, transfer, members, List.of(), text));
            return this;
        }

        /**
         * Ends the declaration of a structure that is laid out alike everywhere.
         *
         * @return the structure
         * @throws IllegalArgumentException with every finding of {@link LayoutLint}, if it is not
         */
        public StructSpec end() {
            StructSpec struct = laidOut("");
            List<LayoutLint.Finding> findings = LayoutLint.check(struct);
            if (!findings.isEmpty()) {
                throw new IllegalArgumentException("struct " + name + ": " + findings);
            }
            return struct;
        }

        /**
         * Ends the declaration of a structure that is older than the rules.
         *
         * @param reason why it is used all the same
         * @return the structure, laid out as on a 64-bit ABI
         */
        public StructSpec legacy(String reason) {
            if (reason.isBlank()) {
                throw new IllegalArgumentException("reason='': " + name + " needs one");
            }
            return laidOut(reason);
        }

        /** The structure as the C compiler lays it out, whatever the linter thinks of it. */
        StructSpec laidOut(String reason) {
            List<FieldSpec> placed = new ArrayList<>();
            long end = 0;
            for (FieldSpec field : fields) {
                FieldSpec here = field.at(packed ? end : roundUp(end, field.alignment()));
                placed.add(here);
                end = here.offset() + here.size();
            }
            StructSpec open = new StructSpec(name, placed, relations, end, packed, reason);
            return new StructSpec(name, placed, relations, roundUp(end, open.alignment()), packed, reason);
        }

        private static long roundUp(long n, long unit) {
            return (n + unit - 1) / unit * unit;
        }
    }
}
