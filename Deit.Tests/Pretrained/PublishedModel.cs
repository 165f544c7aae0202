using Deit.Tests.Training;

namespace Deit.Tests.Pretrained;

/// <summary>A model with published weights.</summary>
internal static class PublishedModel
{
    /// <summary>A model whose weights of the tag <c>tag</c> are at an address.</summary>
    public static ModelDescription At(Uri address) => TinyModels.Describe("downloaded", distilled: false) with
    {
        PublishedWeights = [new() { Tag = "tag", Address = address, Top1 = 72.5, Source = "a test" }],
    };
}
