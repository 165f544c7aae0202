using Deit.Models;
using Xunit.Abstractions;

namespace Deit.Tests.Onnx;

/// <summary>Every model of the zoo gives in ONNX Runtime what its module gives; the large ones under <c>DEIT_LONG=1</c>.</summary>
public sealed class ZooExportTests(ITestOutputHelper output)
{
    private const long MostMacs = 1_500_000_000;
    private const long MostParameters = 20_000_000;

    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    public static TheoryData<string> Models => new(Zoo.Models.Select(static model => model.Description.Name));

    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void A_model_gives_the_same_logits_in_ONNX_Runtime(string name)
    {
        RegisteredModelAttribute registered = Zoo.Find(name);
        Skip.If(IsLarge(registered.Description) && !IsLongRun, $"{name} is large: run it with DEIT_LONG=1.");
        using IVisionModel model = registered.Create();

        Nearness nearness = OnnxAgreement.AssertAgrees(model);

        output.WriteLine($"{name} differs by {nearness}");
    }

    [Fact]
    public void Every_family_has_a_model_that_is_always_compared()
    {
        IEnumerable<string> always = Zoo.Models.Select(static model => model.Description).Where(static model => !IsLarge(model)).Select(static model => model.Family);

        Assert.Empty(Zoo.Models.Select(static model => model.Description.Family).Except(always));
    }

    private static bool IsLongRun => Environment.GetEnvironmentVariable("DEIT_LONG") == "1";

    private static bool IsLarge(ModelDescription model) => model.Macs > MostMacs || model.Parameters > MostParameters;
}
