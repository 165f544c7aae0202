using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Emit;
using Deit.Compiler.Families;
using Deit.Compiler.Graphs;
using Deit.Compiler.Inference;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler;

/// <summary>A model as the compiler understands it, and the code it becomes.</summary>
/// <param name="Source">The text of the generated file.</param>
/// <param name="Input">Shape of the input without the batch.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Distilled">Whether it has a distillation head.</param>
/// <param name="Layers">Its layers in the order of their execution.</param>
public sealed record CompiledModel(string Source, EquatableArray<long> Input, long Classes, bool Distilled, EquatableArray<Layer> Layers)
{
    /// <summary>Number of trainable scalars.</summary>
    public long Parameters => Layers.Sum(static layer => layer.Parameters);

    /// <summary>Multiply-accumulate operations an image takes.</summary>
    public long Macs => Layers.Sum(static layer => layer.Macs);

    /// <summary>The memory of its generated training step; null where it has none.</summary>
    public TrainingSizes? Training { get; init; }
}

/// <summary>The memory of a generated training step, in elements.</summary>
/// <param name="ElementsPerImage">For each image of a batch.</param>
/// <param name="ConstantElements">Whatever the batch.</param>
public sealed record TrainingSizes(long ElementsPerImage, long ConstantElements)
{
    /// <summary>Bytes of the arena in float32.</summary>
    public long Bytes(long batch) => checked(4 * ((ElementsPerImage * batch) + ConstantElements));
}

/// <summary>What compiling a model gave: the model, or why there is none.</summary>
/// <param name="Model">The model, or null.</param>
/// <param name="Findings">Why there is none.</param>
public sealed record CompilationResult(CompiledModel? Model, EquatableArray<SpecFinding> Findings);

/// <summary>From a declaration to code: the family builds the graph, shapes are checked as it grows, emitters write it.</summary>
public static class ModelCompiler
{
    /// <summary>Compiles a model. It never throws: what goes wrong is a finding.</summary>
    public static CompilationResult Compile(ModelSpec spec)
    {
        Family family = Family.Find(spec.Family)!;
        string blame = family.Keys.FirstOrDefault(static key => key.Required)?.Name ?? "family";
        try
        {
            Architecture architecture = family.Build(spec.Values, spec.Target.Name);
            TrainingCode? training = TrainingCode.Find(architecture.Root);
            var model = new CompiledModel(
                "", new(architecture.Root.Inputs[0].Type.ShapePerImage), architecture.Classes, architecture.Distilled, new(LayerTable.Of(architecture.Root)))
            {
                Training = training is null ? null : new(training.ElementsPerImage, training.ConstantElements),
            };
            if (architecture.Root.Nodes.Any(node => Names.Property(node) == spec.Target.Name))
            {
                return Failed(Rules.UnsupportedClass, "class", $"the class '{spec.Target.Name}' would have a member of its own name; call the class something else");
            }

            EquatableArray<SpecFinding> excess = new(Excess(spec.Limits, model, training));
            return excess.Count > 0 ? new(null, excess) : new(model with { Source = ModuleEmitter.Emit(spec, architecture, model, training, InferenceCode.Find(architecture.Root)) }, default);
        }
        catch (GraphException exception)
        {
            return Failed(exception.Rule, exception.SpecPath ?? blame, exception.Message);
        }
        catch (OverflowException)
        {
            return Failed(Rules.TooLarge, blame, $"{spec.Name} has more parameters or operations than can be counted; make it smaller");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Failed(Rules.InternalError, blame, $"the model compiler failed on {spec.Name}, which is a fault of the compiler: {exception.Message.Replace('\n', ' ')}");
        }
    }

    private static IEnumerable<SpecFinding> Excess(Budget budget, CompiledModel model, TrainingCode? training)
    {
        if (budget.MaxParameters is { } parameters && model.Parameters > parameters)
        {
            yield return Excess("max_parameters", "parameters", parameters, model.Parameters, model, static layer => layer.Parameters);
        }

        if (budget.MaxMacs is { } macs && model.Macs > macs)
        {
            yield return Excess("max_macs", "multiply-accumulate operations", macs, model.Macs, model, static layer => layer.Macs);
        }

        if (budget.MaxTrainingBytes is { } bytes && model.Training is { } sizes && sizes.Bytes(budget.Batch) > bytes)
        {
            IEnumerable<string> heaviest = Heaviest(training!.Parts.Select(part => (part.Name, Cost: checked(4 * part.Elements * budget.Batch)))).Select(static part => $"{part.Name} {ByteSize.Text(part.Cost)}");
            yield return new(Rules.OverBudget, "max_training_bytes",
                $"a training step of {budget.Batch} images takes {ByteSize.Text(sizes.Bytes(budget.Batch))}, {ByteSize.Text(sizes.Bytes(budget.Batch) - bytes)} more than {{max_training_bytes}} {ByteSize.Text(bytes)} allows; the heaviest: {string.Join(", ", heaviest)}");
        }
    }

    private static SpecFinding Excess(string key, string what, long limit, long found, CompiledModel model, Func<Layer, long> cost)
    {
        IEnumerable<string> heaviest = Heaviest(model.Layers.Select(layer => (layer.Name, Cost: cost(layer)))).Select(static part => $"{part.Name} {Spelling.Grouped(part.Cost)}");
        return new(Rules.OverBudget, key,
            $"{Spelling.Grouped(found)} {what} are {Spelling.Grouped(found - limit)} more than {{{key}}} {Spelling.Grouped(limit)} allows; the heaviest layers: {string.Join(", ", heaviest)}");
    }

    /// <summary>The three that cost most; what repeats counts together.</summary>
    private static IEnumerable<(string Name, long Cost)> Heaviest(IEnumerable<(string Name, long Cost)> parts) => parts
        .GroupBy(static part => Regex.Replace(part.Name, @"(?<=\.|^)(b?)\d+(?=\.|$)", "$1*"))
        .Select(static group => (Name: group.Key, Cost: group.Sum(static part => part.Cost)))
        .OrderByDescending(static group => group.Cost)
        .ThenBy(static group => group.Name, StringComparer.Ordinal)
        .Take(3);

    private static CompilationResult Failed(Rule rule, string path, string message) => new(null, new([new SpecFinding(rule, path, message)]));
}
