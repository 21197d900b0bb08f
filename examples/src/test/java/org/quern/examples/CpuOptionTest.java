package org.quern.examples;

import org.junit.jupiter.api.Test;
import org.quern.examples.gateway.GatewayException;
import org.quern.padata.CpuMask;

import static org.assertj.core.api.Assertions.assertThat;

class CpuOptionTest {
    @Test
    void readsListsAndMasks() throws GatewayException {
        CpuMask available = CpuMask.available();
        int last = available.toArray()[available.size() - 1];
        assertThat(CpuOption.parse("--x", String.valueOf(last))).isEqualTo(CpuMask.of(last));
        assertThat(CpuOption.parse("--x", "0x" + Long.toHexString(1L << available.toArray()[0])))
                .isEqualTo(CpuMask.of(available.toArray()[0]));
        assertThat(CpuOption.parse("--x", last + "-" + last + ", " + last)).isEqualTo(CpuMask.of(last));
    }
}
