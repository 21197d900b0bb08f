package org.quern.kapi.struct;

import java.util.ArrayList;
import java.util.List;

import org.quern.kapi.Constraint;
import org.quern.kapi.Operation;

/**
 * One member of a structure, where the C compiler puts it.
 *
 * @param name as in C
 * @param type what it is
 * @param offset bytes from the start of its structure
 * @param count how many elements; 1 for anything but an array
 * @param transfer which way it travels
 * @param members the nested structure, or the alternatives of a union; empty for everything else
 * @param constraints what a value must satisfy, checked before a call in this order
 * @param text one phrase for the reader
 */
@Operation(threads = Operation.Threads.ANY)
public record FieldSpec(String name, FieldType type, long offset, int count, Transfer transfer,
        List<StructSpec> members,
        List<Constraint> constraints, String text) {
    /**
     * Checks and copies.
     *
     * @param name as in C
     * @param type what it is
     * @param offset bytes from the start of its structure
     * @param count how many elements
     * @param transfer which way it travels
     * @param members the nested structure, or the alternatives of a union
     * @param constraints what a value must satisfy
     * @param text one phrase for the reader
     * @throws IllegalArgumentException naming the component that contradicts another
     */
    public FieldSpec {
        members = List.copyOf(members);
        constraints = List.copyOf(constraints);
        if (name.isBlank() || count < 1 || offset < 0) {
            throw new IllegalArgumentException(
                    "name='" + name + "', count=" + count + ", offset=" + offset + ": not a member");
        }
        boolean fits = switch (type) {
            case STRUCT -> members.size() == 1;
            case UNION -> !members.isEmpty();
            default -> members.isEmpty();
        };
        if (!fits) {
            throw new IllegalArgumentException(
                    "members=" + members.stream().map(StructSpec::name).toList() + ": " + name + " is a " + type);
        }
    }

    /**
     * The size of the member, all elements together.
     *
     * @return bytes
     */
    public long size() {
        return count * (members.isEmpty()
                ? type.bytes()
                : members.stream().mapToLong(StructSpec::size).max().getAsLong());
    }

    /**
     * What its offset is a multiple of, if nothing is packed.
     *
     * @return 1, 2, 4 or 8
     */
    public long alignment() {
        return members.isEmpty()
                ? type.bytes()
                : members.stream().mapToLong(StructSpec::alignment).max().getAsLong();
    }

    /** The same member at another place. */
    FieldSpec at(long elsewhere) {
        return new FieldSpec(name, type, elsewhere, count, transfer, members, constraints, text);
    }

    /** The same member with one more constraint. */
    FieldSpec must(Constraint more) {
        List<Constraint> all = new ArrayList<>(constraints);
        all.add(more);
        return new FieldSpec(name, type, offset, count, transfer, members, all, text);
    }
}
