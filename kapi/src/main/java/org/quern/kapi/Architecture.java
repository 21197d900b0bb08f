package org.quern.kapi;

/** The processor architectures that differ in what a call accepts. */
public enum Architecture {
    /** AMD and Intel, 64 bits. */
    X86_64,
    /** ARM, 64 bits. */
    AARCH64,
    /** RISC-V, 64 bits. */
    RISCV64,
    /** LoongArch, 64 bits. */
    LOONGARCH64,
    /** Any other. */
    OTHER;

    private static final Architecture CURRENT = of(System.getProperty("os.arch"));

    /**
     * The architecture of this JVM.
     *
     * @return the one
     */
    public static Architecture current() {
        return CURRENT;
    }

    /**
     * The architecture of a name.
     *
     * @param name as the system property {@code os.arch} has it
     * @return the architecture, {@link #OTHER} if the name is not known here
     */
    public static Architecture of(String name) {
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            case "riscv64" -> RISCV64;
            case "loongarch64" -> LOONGARCH64;
            default -> OTHER;
        };
    }
}
