package org.quern.padata;

/** A job that knows its number in the submission order and shows it to an {@link OrderChecker}. */
class NumberedJob extends Job {
    final OrderChecker checker;
    long number;
    /** Written by parallel, checked by serial: plain, so that it also checks the happens-before. */
    long echo = -1;

    NumberedJob(OrderChecker checker, long number) {
        this.checker = checker;
        this.number = number;
    }

    @Override
    protected void parallel(Worker worker) throws Exception {
        echo = number;
    }

    @Override
    protected void serial() throws Exception {
        checker.enter(echo == number ? number : -1);
    }

    @Override
    protected void failed(Throwable cause) throws Exception {
        checker.enterFailed(number);
    }
}
