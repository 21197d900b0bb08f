package org.quern.kapi.export;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.quern.kapi.CallSpec;
import org.quern.kapi.linux.LinuxCalls;

import static org.assertj.core.api.Assertions.assertThat;

class SpecJsonTest {
    @Test
    void everyDeclarationReadsBackEqual() {
        List<CallSpec> all = LinuxCalls.all();
        String text = SpecJson.write(all);
        List<CallSpec> back = SpecJson.read(text);
        assertThat(back).isEqualTo(all);
        assertThat(SpecJson.write(back)).isEqualTo(text);
    }
}
