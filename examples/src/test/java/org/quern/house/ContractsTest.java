package org.quern.house;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.quern.kapi.Operation;
import org.quern.kapi.export.Contracts;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every public operation says who may call it, what it waits for, whether it faults, which lock is involved and how it
 * fails: an {@link Operation} on the method or on its type.
 */
class ContractsTest {
    /** What is held to it: a module's directory, and one of its packages or an empty text for all that it exports. */
    record Held(String module, String onlyPackage) {}

    /** Where contracts are complete. A module joins by a line here. */
    static final List<Held> HELD = List.of(new Held("kapi", "org.quern.kapi.linux"),
            new Held("kapi", "org.quern.kapi.bind"), new Held("kapi", "org.quern.kapi.export"),
            new Held("padata", ""));

    @TestFactory
    Stream<DynamicTest> everyPublicOperationHasAContract() {
        return HELD.stream().flatMap(held -> {
            List<Class<?>> types = Offered.by(held.module()).types(held.onlyPackage());
            assertThat(types).as("public types of " + held).isNotEmpty();
            return types.stream().map(type -> DynamicTest.dynamicTest(type.getName(),
                    () -> assertThat(Contracts.findings(type)).isEmpty()));
        });
    }

    @Test
    void theTestSeesWhatIsMissing() {
        assertThat(Contracts.findings(Without.class)).containsExactly("Without.close() has no @Operation",
                "Without.new Without() has no @Operation");
        assertThat(Contracts.findings(Contradictory.class)).containsExactly(
                "Contradictory.read() : throws Exception, which errors does not list".replace("() :", "():"),
                "Contradictory.write(int): blocks=BRIEFLY, but lock is empty");
    }

    /** No contracts. */
    public static class Without implements AutoCloseable {
        public Without() {}

        @Override
        public void close() {}

        @Override
        public String toString() {
            return "not an operation of its own";
        }

        void hidden() {}
    }

    /** Contracts that contradict themselves. */
    @Operation(threads = Operation.Threads.ANY)
    public interface Contradictory {
        void read() throws Exception;

        @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY)
        void write(int value);
    }
}
