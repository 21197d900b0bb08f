package org.quern.padata;

import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/** The functional form for keys: a {@link FunctionJob} with a place in the queue of its key. */
final class KeyedFunctionJob<I extends @Nullable Object, O extends @Nullable Object> extends KeyedJob {
    private final FunctionJob<I, O> phases;

    KeyedFunctionJob(I input, Function<? super I, ? extends O> function, Consumer<? super O> consumer) {
        phases = new FunctionJob<>(input, function, consumer);
    }

    @Override
    protected void parallel(Worker worker) {
        phases.parallel(worker);
    }

    @Override
    protected void serial() {
        phases.serial();
    }
}
