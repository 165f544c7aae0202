using Deit.Modules;
using Deit.Tests.Distillation;
using Deit.Tests.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

[assembly: Deit.RegisteredModel<TinyLargeClassifier>("Deit.Tests/Distillation/TinyLargeClassifier.cs")]

namespace Deit.Tests.Distillation;

/// <summary>A teacher of larger images than the tiny student's.</summary>
internal sealed class TinyLargeClassifier : Classifier, IGeneratedModel<TinyLargeClassifier>
{
    /// <summary>The size of its images.</summary>
    public const int ImageSize = 12;

    private readonly Linear _head = nn.Linear(3 * ImageSize * ImageSize, 10, device: CPU);

    public TinyLargeClassifier()
        : base("tiny_large_classifier")
    {
        register_module("head", _head);
    }

    public static ModelDescription Description { get; } =
        TinyModels.Describe("tiny_large_classifier", distilled: false) with { Input = [3, ImageSize, ImageSize] };

    public static TinyLargeClassifier Create(ModelOptions? options = null) => new();

    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return _head.call(images.flatten(1)).MoveToOuterDisposeScope();
    }

    protected override ModelDescription Describe() => Description;
}
