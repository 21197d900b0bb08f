package org.quern.kapi;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.quern.kapi.struct.StructSpec;

/**
 * The arguments of one failed call, by name.
 *
 * @param spec the call
 * @param values one for each parameter, in order: {@code Integer}, {@code Long} or {@code MemorySegment}
 */
public record Arguments(CallSpec spec, List<Object> values) {
    /**
     * Checks and copies.
     *
     * @param spec the call
     * @param values one for each parameter
     * @throws IllegalArgumentException if there are more or fewer values than parameters
     */
    public Arguments {
        values = List.copyOf(values);
        if (values.size() != spec.params().size()) {
            throw new IllegalArgumentException(
                    "values=" + values + ": " + spec.name() + " has " + spec.params().size() + " parameters");
        }
    }

    /**
     * The number that was passed for a parameter.
     *
     * @param param its name
     * @return the value, sign-extended; the address of a memory segment
     * @throws IllegalArgumentException if there is no such parameter
     */
    public long number(String param) {
        return numberAt(spec.indexOf(param));
    }

    /**
     * The number that was passed for a parameter.
     *
     * @param param its declaration
     * @return the value, sign-extended; the address of a memory segment
     * @throws IllegalArgumentException if the call has no parameter of its name
     */
    public long number(Param param) {
        return number(param.name());
    }

    private long numberAt(int index) {
        return switch (values.get(index)) {
            case MemorySegment memory -> memory.address();
            case Number number -> number.longValue();
            default -> throw new IllegalStateException("values=" + values + ": not arguments of a native call");
        };
    }

    /**
     * The call as one would write it.
     *
     * @return for instance {@code madvise(addr=0x7f0000000000, length=4096, advice=MADV_DONTNEED)}
     */
    @Override
    public String toString() {
        return IntStream.range(0, values.size()).mapToObj(i -> spec.params().get(i).name() + "=" + show(i))
                .collect(Collectors.joining(", ", spec.name() + "(", ")"));
    }

    /** A structure by the members that the caller filled in; everything else as its parameter prints it. */
    private String show(int index) {
        Param param = spec.params().get(index);
        if (param.kind() == Param.Kind.STRUCT && values.get(index) instanceof MemorySegment memory) {
            for (StructSpec struct : spec.structures()) {
                if (param.constraints().contains(new MemoryConstraint.Accessible(struct.size()))
                        && memory.byteSize() >= struct.size() && memory.scope().isAlive()) {
                    return struct.showInput(memory);
                }
            }
        }
        return param.show(numberAt(index));
    }
}
