package org.quern.kapi.linux;

import java.lang.foreign.MemorySegment;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.quern.kapi.Arguments;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.ErrorEntry;
import org.quern.kapi.KernelException;

import static org.assertj.core.api.Assertions.assertThat;

/** The tests of error conditions can be asked about any arguments: they name only parameters that are there. */
class ErrorConditionsTest {
    static final List<CallSpec> SPECS = LinuxCalls.all();

    @ParameterizedTest
    @FieldSource("SPECS")
    void canBeAskedAboutAnyArguments(CallSpec spec) {
        for (long value : new long[]{0, -1, 1, Long.MIN_VALUE}) {
            Arguments arguments = new Arguments(spec, spec.params().stream().map(p -> value(p.type(), value)).toList());
            for (ErrorEntry error : spec.errors()) {
                assertThat(KernelException.of(arguments, error.errno().number())).hasMessageContaining(spec.name())
                        .hasMessageContaining(error.errno().name());
            }
        }
    }

    private static Object value(CType type, long value) {
        if (type == CType.POINTER) {
            return MemorySegment.ofAddress(value);
        }
        return type.carrier() == int.class ? (Object) (int) value : (Object) value;
    }
}
