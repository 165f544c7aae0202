using System.Reflection;
using System.Runtime.Loader;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Tests.Generators;

/// <summary>A model that was generated, compiled and loaded in memory, to be compared with what the compiler says of it.</summary>
internal sealed class RunningModel : IDisposable
{
    private readonly AssemblyLoadContext _context = new("generated", isCollectible: true);
    private readonly IVisionModel _model;
    private readonly RegisteredModelAttribute _registered;

    private RunningModel(Stream assembly)
    {
        Assembly loaded = _context.LoadFromStream(assembly);
        _registered = loaded.GetCustomAttributes<RegisteredModelAttribute>().Single();
        Description = _registered.Description;
        _model = _registered.Create();
    }

    /// <summary>The model, which this owns.</summary>
    public IVisionModel Model => _model;

    /// <summary>What the compiler says of the model.</summary>
    public ModelDescription Description { get; }

    /// <summary>The names and shapes of its state.</summary>
    public IReadOnlyDictionary<string, long[]> State => _model.Module.state_dict().ToDictionary(static entry => entry.Key, static entry => entry.Value.shape);

    /// <summary>Compiles and loads the only model of a project.</summary>
    public static RunningModel Of(GeneratorHost host)
    {
        Assert.Empty(host.Result.Diagnostics);
        Assert.Empty(host.Compile(out CSharpCompilation output));
        using var image = new MemoryStream();
        Assert.True(output.Emit(image).Success);
        image.Position = 0;
        return new(image);
    }

    /// <summary>Runs the model, in training and in evaluation, and holds every fact of its description against what passes.</summary>
    public void AssertDescribed(Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Batch = 2;
        Assert.Equal(Description.Parameters, _model.Module.parameters().Sum(static parameter => parameter.numel()));
        Assert.Equal(Description.Parameters, Description.Layers.Sum(static layer => layer.Parameters));

        Dictionary<string, (long[] Shape, long Macs)> passed = Watch();
        Tensor images = randn([Batch, .. Description.Input.Select(static extent => (long)extent)], device: device);
        _model.Module.to(device).train();
        Assert.Equal([Batch, Description.Classes], Logits(images).shape);
        _model.Module.eval();
        using (no_grad()) Assert.Equal([Batch, Description.Classes], _model.Predict(images).shape);

        foreach (LayerDescription layer in Description.Layers.Where(layer => passed.ContainsKey(layer.Name)))
        {
            Assert.Equal([Batch, .. layer.Output.Select(static extent => (long)extent)], passed[layer.Name].Shape);
        }

        Assert.Equal(Description.Macs, passed.Values.Sum(static layer => layer.Macs) / Batch);
        AssertTrainsAlike(device);
    }

    /// <summary>Holds the generated training code against the reference path, where nothing is drawn: other tests draw at the same time.</summary>
    private void AssertTrainsAlike(Device device)
    {
        // A batch norm over the two pixels of two small images divides by what is nearly nothing and magnifies rounding a million times.
        const int Batch = 8;
        using IVisionModel model = _registered.Create(new() { DropPath = 0 });
        HashFill.Fill(model.Module);
        if (Description.TrainingPlan is null || model.Module.named_modules().Any(static entry => entry.module is Deit.Modules.DropPath { Rate: > 0 })) return;
        model.Module.to(device).to(ScalarType.Float64);
        Tensor doubles = HashFill.Images(Batch, Description.Input).to(device).to(ScalarType.Float64);
        FusedAgreement.Assert(model, doubles, 1e-8);
        InferenceAgreement.Assert(model, doubles, 1e-9);
    }

    public void Dispose()
    {
        _model.Dispose();
        _context.Unload();
    }

    private Tensor Logits(Tensor images)
    {
        if (_model is not DistilledClassifier distilled) return ((Classifier)_model).call(images);
        DistilledLogits logits = distilled.call(images);
        Assert.Equal(logits.Class.shape, logits.Distillation.shape);
        return logits.Class;
    }

    /// <summary>Notes the output and the multiply-accumulates of every layer that passes, counted from the shapes.</summary>
    private Dictionary<string, (long[] Shape, long Macs)> Watch()
    {
        var passed = new Dictionary<string, (long[] Shape, long Macs)>();
        foreach ((string name, nn.Module module) in _model.Module.named_modules())
        {
            switch (module)
            {
                case Linear linear:
                    linear.register_forward_hook((_, input, output) =>
                    {
                        passed[name] = (output.shape, input.numel() * linear.out_features);

                        // Queries, keys and values of N tokens and width C take 2·N·N·C more: both products of attention.
                        if (name.EndsWith("attn.qkv", StringComparison.Ordinal)) passed[$"{name}:attention"] = ([], 2 * output.shape[0] * output.shape[1] * output.shape[1] * output.shape[2] / 3);
                        return output;
                    });
                    break;
                case Conv2d conv:
                    conv.register_forward_hook((_, _, output) =>
                    {
                        passed[name] = (output.shape, output.numel() * conv.weight.numel() / conv.out_channels);
                        return output;
                    });
                    break;
                case nn.Module<Tensor, Tensor> other when other is LayerNorm or BatchNorm2d or Deit.Modules.LayerScale:
                    other.register_forward_hook((_, _, output) =>
                    {
                        passed[name] = (output.shape, 0);
                        return output;
                    });
                    break;
            }
        }

        return passed;
    }
}
