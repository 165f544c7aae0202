using Deit.Benchmarks.Idiomatic;
using Deit.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>A generated model, the same model as a good user of TorchSharp writes it, with the same weights, and a batch for both.</summary>
internal sealed class ModelPair : IDisposable
{
    private const int Seed = 0;
    private const double Tolerance = 1e-5;

    // Stochastic depth would give the two models different work.
    private static readonly ModelOptions Deterministic = new() { DropPath = 0 };

    private readonly List<IDisposable> _owned = [];

    private ModelPair(Classifier generated, nn.Module<Tensor, Tensor> idiomatic, int batch)
    {
        Generated = generated;
        Idiomatic = idiomatic;
        Description = ((IVisionModel)generated).Description;
        Batch = new(Description, batch);
        ModelWeights.Perturb(Generated);
        using IDisposable noGradient = no_grad();
        Idiomatic.load_state_dict(Generated.state_dict());
    }

    /// <summary>The model out of the generator.</summary>
    public Classifier Generated { get; }

    /// <summary>The hand-written model.</summary>
    public nn.Module<Tensor, Tensor> Idiomatic { get; }

    /// <summary>What the compiler knows of the model.</summary>
    public ModelDescription Description { get; }

    /// <summary>What both work on.</summary>
    public ModelBatch Batch { get; }

    /// <summary>The models that are compared, a transformer and a convolutional network.</summary>
    /// <param name="batch">Images a batch.</param>
    public static IEnumerable<Func<ModelPair>> All(int batch)
    {
        yield return () => DeitTiny(batch);
        yield return () => RegNetY002(batch);
    }

    /// <summary>deit_tiny_patch16_224.</summary>
    /// <param name="batch">Images a batch.</param>
    public static ModelPair DeitTiny(int batch)
    {
        manual_seed(Seed);
        return new(new DeitTinyPatch16_224(Deterministic), VisionTransformer.DeitTiny(), batch);
    }

    /// <summary>regnety_002.</summary>
    /// <param name="batch">Images a batch.</param>
    public static ModelPair RegNetY002(int batch)
    {
        manual_seed(Seed);
        return new(
            new RegNetY002(Deterministic),
            new RegNetY(stemWidth: 32, depths: [1, 1, 4, 7], widths: [24, 56, 152, 368], groupWidth: 8, classes: 1000),
            batch);
    }

    /// <summary>Makes sure that both models compute the same, so that comparing their times is honest.</summary>
    /// <exception cref="DeitException">The losses on the batch differ.</exception>
    public void RequireSameLoss()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        float generated = Loss(Generated);
        float idiomatic = Loss(Idiomatic);
        if (Math.Abs(generated - idiomatic) <= Tolerance * Math.Abs(idiomatic)) return;
        throw new DeitException(FormattableString.Invariant(
            $"{Description.Name}: the generated model's loss is {generated}, the hand-written one's {idiomatic}; correct the hand-written model before timing it."));
    }

    /// <summary>A training step of the hand-written model.</summary>
    public Action TrainIdiomatic()
    {
        Idiomatic.train();
        return Own(new IdiomaticTraining(Idiomatic)).Step(Batch);
    }

    /// <summary>A training step by generated code; null where the model has none.</summary>
    public Action? TrainFused()
    {
        ModelStep? step = ModelStep.Create(ModelPath.Fused, Generated, Batch, train: true);
        return step is null ? null : Own(step).Run;
    }

    /// <summary>Disposes something together with the pair: what a candidate needs for its models.</summary>
    public T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _owned.ForEach(static resource => resource.Dispose());
        Batch.Dispose();
        Generated.Dispose();
        Idiomatic.Dispose();
    }

    private float Loss(nn.Module<Tensor, Tensor> model) => nn.functional.cross_entropy(model.call(Batch.Images), Batch.Labels).item<float>();
}
