package org.quern.padata;

/** The management bean of an instance. Its errors are of the platform's own classes, which any client can read. */
final class PadataBean implements PadataMXBean {
    private final Padata padata;

    PadataBean(Padata padata) {
        this.padata = padata;
    }

    @Override
    public String getName() {
        return padata.name();
    }

    @Override
    public String getState() {
        return padata.state().name();
    }

    @Override
    public String getParallelCpumask() {
        return padata.maskText(MaskKind.PARALLEL);
    }

    @Override
    public void setParallelCpumask(String text) {
        set(MaskKind.PARALLEL, text);
    }

    @Override
    public String getSerialCpumask() {
        return padata.maskText(MaskKind.SERIAL);
    }

    @Override
    public void setSerialCpumask(String text) {
        set(MaskKind.SERIAL, text);
    }

    private void set(MaskKind kind, String text) {
        try {
            padata.setMaskText(kind, text);
        } catch (CpuMaskFormatException e) {
            throw new IllegalArgumentException(e.getMessage()); // without the cause, which a client may not know
        }
    }

    @Override
    public String getUsableParallelCpumask() {
        return usable(MaskKind.PARALLEL);
    }

    @Override
    public String getUsableSerialCpumask() {
        return usable(MaskKind.SERIAL);
    }

    private String usable(MaskKind kind) {
        return padata.usableMask(kind).format(padata.instance().masks().possibleCpus());
    }

    @Override
    public long getInFlight() {
        return padata.stats().inFlight();
    }

    @Override
    public long getSerialised() {
        return padata.stats().serialised();
    }

    @Override
    public long getFailed() {
        return padata.stats().failed();
    }

    @Override
    public long getInlineRuns() {
        return padata.stats().inlineRuns();
    }

    @Override
    public void pause() {
        padata.pause();
    }

    @Override
    public boolean resume() {
        return padata.resume();
    }
}
