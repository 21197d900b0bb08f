package org.quern.padata;

import org.quern.padata.run.Affinity;

/** The thread of a serial worker, bound to its CPU if that is wanted and allowed. */
final class SerialThread {
    private final PadataOptions.Draft options;
    private final int cpu;
    private final SerialWorker worker;
    private final Worker self = new Worker(Worker.SERIAL);
    private final Thread thread;

    SerialThread(PadataOptions.Draft options, int cpu) {
        this.options = options;
        this.cpu = cpu;
        worker = new SerialWorker(cpu, options.maxShells);
        thread = Thread.ofPlatform().daemon().name(options.name + "-serial-cpu" + cpu).unstarted(this::run);
        self.thread = thread;
    }

    void start() {
        thread.start();
    }

    private void run() {
        if (options.pins()) {
            Affinity.pinCurrentThread(cpu); // where it is not allowed, the worker runs unbound
        }
        worker.loop();
        self.setRetired(true);
    }

    SerialWorker worker() {
        return worker;
    }

    Worker self() {
        return self;
    }

    Thread thread() {
        return thread;
    }
}
