using Deit.Testing;
using Xunit;

namespace CustomStudent.Tests;

// The approved code lies beside this file; UPDATE_SNAPSHOTS=1 dotnet test approves what there is.
public sealed class GeneratedCodeTests
{
    [Fact]
    public void Teacher() => GeneratedCode.Verify<DigitTeacher>();

    [Fact]
    public void Student() => GeneratedCode.Verify<DigitStudent>();
}
