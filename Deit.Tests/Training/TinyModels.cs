using Deit.Modules;
using Deit.Tests.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

[assembly: Deit.RegisteredModel<TinyClassifier>("Deit.Tests/Training/TinyModels.cs")]
[assembly: Deit.RegisteredModel<TinyStudent>("Deit.Tests/Training/TinyModels.cs")]

namespace Deit.Tests.Training;

/// <summary>A model with one head for the digits at their own size, with what a training must keep: a batch norm's buffers.</summary>
internal sealed class TinyClassifier : Classifier, IGeneratedModel<TinyClassifier>
{
    private readonly Linear _first = nn.Linear(192, 32, device: CPU);
    private readonly BatchNorm1d _norm = nn.BatchNorm1d(32, device: CPU);
    private readonly Linear _head = nn.Linear(32, 10, device: CPU);

    public TinyClassifier()
        : base("tiny_classifier")
    {
        register_module("first", _first);
        register_module("norm", _norm);
        register_module("head", _head);
    }

    public static ModelDescription Description { get; } = TinyModels.Describe("tiny_classifier", distilled: false);

    public static TinyClassifier Create(ModelOptions? options = null) => new();

    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return _head.call(_norm.call(_first.call(images.flatten(1))).relu()).MoveToOuterDisposeScope();
    }

    protected override ModelDescription Describe() => Description;
}

/// <summary>A model with two heads for the digits at their own size, with stochastic depth: torch's randomness.</summary>
internal sealed class TinyStudent : DistilledClassifier, IGeneratedModel<TinyStudent>
{
    private readonly Linear _first = nn.Linear(192, 32, device: CPU);
    private readonly Linear _branch = nn.Linear(32, 32, device: CPU);
    private readonly DropPath _drop;
    private readonly Linear _head = nn.Linear(32, 10, device: CPU);
    private readonly Linear _distillationHead = nn.Linear(32, 10, device: CPU);

    public TinyStudent(ModelOptions? options = null)
        : base("tiny_student")
    {
        _drop = new(options?.DropPath ?? 0.2);
        register_module("first", _first);
        register_module("branch", _branch);
        register_module("drop", _drop);
        register_module("head", _head);
        register_module("head_dist", _distillationHead);
    }

    public static ModelDescription Description { get; } = TinyModels.Describe("tiny_student", distilled: true);

    public static TinyStudent Create(ModelOptions? options = null) => new(options);

    public override DistilledLogits forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = _first.call(images.flatten(1)).relu();
        x = x + _drop.call(_branch.call(x).relu());
        return new DistilledLogits(_head.call(x), _distillationHead.call(x)).MoveToOuterDisposeScope();
    }

    protected override ModelDescription Describe() => Description;
}

/// <summary>What both have in common.</summary>
internal static class TinyModels
{
    /// <summary>The size of their images.</summary>
    public const int ImageSize = 8;

    /// <summary>The models by their names.</summary>
    public static ModelRegistry Registry { get; } = ModelRegistry.FromAssemblies(typeof(TinyModels).Assembly);

    public static ModelDescription Describe(string name, bool distilled) => new()
    {
        Name = name,
        Family = "tiny",
        Input = [3, ImageSize, ImageSize],
        Classes = 10,
        Distilled = distilled,
        Parameters = 0,
        Macs = 0,
        Layers = [],
    };

    /// <summary>Makes a model whose first weights are the same every time.</summary>
    public static T Make<T>()
        where T : IGeneratedModel<T>
    {
        using Generator generator = manual_seed(5);
        return T.Create();
    }
}
