using Deit.Tests.Generators;
using Deit.Tests.Support;

namespace Deit.Tests.Onnx;

/// <summary>Whatever can be declared gives in ONNX Runtime what its module gives.</summary>
public sealed class VariationExportTests
{
    public static TheoryData<string> Variations => new(VariationTests.Specs.Select(static row => (string)row[0]));

    [Theory]
    [MemberData(nameof(Variations))]
    public void A_variation_gives_the_same_logits_in_ONNX_Runtime(string yaml) => AssertAgrees(yaml);

    [Fact]
    public void A_graph_written_in_yaml_gives_the_same_logits_in_ONNX_Runtime() =>
        AssertAgrees(File.ReadAllText(RepositoryRoot.Combine("specs", "models", "hybrid_cifar10.yaml")));

    [SpecProperty(cases: 8)]
    public void A_random_vision_transformer_gives_the_same_logits_in_ONNX_Runtime(Choices choices) => AssertAgrees(RandomSpecs.VisionTransformer(choices));

    [SpecProperty(cases: 6)]
    public void A_random_RegNet_gives_the_same_logits_in_ONNX_Runtime(Choices choices) => AssertAgrees(RandomSpecs.RegNet(choices));

    [SpecProperty(cases: 4)]
    public void A_random_EfficientNet_gives_the_same_logits_in_ONNX_Runtime(Choices choices) => AssertAgrees(RandomSpecs.EfficientNet(choices));

    [SpecProperty(cases: 12)]
    public void A_random_graph_gives_the_same_logits_in_ONNX_Runtime(Choices choices) => AssertAgrees(RandomSpecs.Graph(choices));

    private static void AssertAgrees(string yaml)
    {
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(yaml)));
        OnnxAgreement.AssertAgrees(model.Model);
    }
}
