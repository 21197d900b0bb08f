package org.quern.padata;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/** A job made of a function and a consumer, for {@link Shell#submit(Object, Function, Consumer)}. */
final class FunctionJob<I extends @Nullable Object, O extends @Nullable Object> extends Job {
    private final Function<? super I, ? extends O> function;
    private final Consumer<? super O> consumer;
    /** What goes in, and after the parallel phase what came out: one field, so that neither outlives its use. */
    private @Nullable Object value;

    FunctionJob(I input, Function<? super I, ? extends O> function, Consumer<? super O> consumer) {
        this.function = Objects.requireNonNull(function, "function");
        this.consumer = Objects.requireNonNull(consumer, "consumer");
        value = input;
    }

    @Override
    @SuppressWarnings("unchecked") // the constructor put an I there, and parallel runs once
    protected void parallel(Worker worker) {
        value = function.apply((I) value);
    }

    @Override
    @SuppressWarnings("unchecked") // parallel put an O there
    protected void serial() {
        consumer.accept((O) value);
    }
}
